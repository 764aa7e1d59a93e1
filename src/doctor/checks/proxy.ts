// Proxies: which one leads to GLM, and whether FastChat's programs would be sent through one to the worker.

import { hostOf } from '../../app/addresses.ts';
import type { Settings } from '../../config/slices.ts';
import { isLoopback } from '../../http/browsers.ts';
import { type Check, outcome, withSettings } from '../check.ts';
import type { Visit } from '../visit.ts';

export const proxyCheck: Check = {
  id: 'proxy',
  title:
    'HTTPS_PROXY, HTTP_PROXY and NO_PROXY, here and for programs started from the same environment',
  cost: 'local',
  needs: [],
  run: withSettings(async (settings, visit) => {
    const { upstream, models } = settings;
    const way = wayTo(models.baseUrl, upstream);
    const found = way === '' ? 'GLM is asked directly' : `GLM is asked through ${way}`;
    const caught = hostsCaught(settings, visit);
    const unread = allProxyAlone(settings, visit);
    if (caught.length === 0 && !unread) return outcome('ok', found);
    return outcome('warn', found, {
      remedy: [
        ...(caught.length === 0 ? [] : [noProxyFor(caught, upstream.noProxy)]),
        ...(unread ? ['ALL_PROXY is not read by glm-worker: HTTPS_PROXY=$ALL_PROXY'] : []),
      ],
    });
  }),
};

/** The proxy on the way to an address; '' for none. */
function wayTo(address: string, { httpProxy, httpsProxy, noProxy }: Settings['upstream']): string {
  const { protocol, hostname } = new URL(address);
  if (isExcepted(hostname, noProxy)) return '';
  return protocol === 'https:' ? httpsProxy || httpProxy : httpProxy;
}

/** Whether NO_PROXY names the host, as programs read it: whole names, and ends of names after a dot. */
function isExcepted(hostname: string, noProxy: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return noProxy
    .split(/[,\s]+/)
    .map((entry) => entry.replace(/:\d+$/, '').replace(/^\*(?=\.)/, ''))
    .some(
      (entry) => entry === '*' || entry === host || (/^\./.test(entry) && host.endsWith(entry)),
    );
}

/**
 * Hosts that a program started here would look for through the proxy: GLM at a loopback address, and
 * for FastChat's programs the worker and the controller. FastChat's `requests` reads these variables.
 */
function hostsCaught({ models, controller, upstream, listen }: Settings, { env }: Visit): string[] {
  const glm = new URL(models.baseUrl).hostname;
  const ours = isLoopback(glm) && wayTo(models.baseUrl, upstream) !== '' ? [glm] : [];
  const proxied = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'].some((name) => env[name]);
  if (!proxied || controller.noRegister) return ours;
  const addresses = [controller.controllerAddress, controller.workerAddress];
  const hosts = [...addresses.map(hostOf), listen.host];
  const theirs = hosts.filter((host) => isHost(host) && !isExcepted(host, upstream.noProxy));
  return [...new Set([...ours, ...theirs])];
}

/** Not one that has to be found out first. */
function isHost(host: string): boolean {
  return host !== '' && host !== 'auto';
}

function noProxyFor(hosts: readonly string[], noProxy: string): string {
  const all = [...noProxy.split(/[,\s]+/).filter((entry) => entry !== ''), ...hosts];
  return (
    'calls on the way between worker and FastChat would go through the proxy: start FastChat and ' +
    `the worker with NO_PROXY=${all.join(',')}`
  );
}

function allProxyAlone({ upstream }: Settings, { env }: Visit): boolean {
  const { httpProxy, httpsProxy } = upstream;
  return httpProxy === '' && httpsProxy === '' && Boolean(env['ALL_PROXY'] ?? env['all_proxy']);
}
