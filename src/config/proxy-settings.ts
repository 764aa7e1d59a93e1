// The variables that every program reads its proxies from, also in lower case.

import { z } from 'zod';
import { proxyAddress } from './addresses.ts';
import { setting } from './setting.ts';

export const proxySettings = {
  httpsProxy: setting(proxyAddress, {
    variable: 'HTTPS_PROXY',
    alias: 'https_proxy',
    default: '',
    meaning: 'the proxy on the way to GLM, for an address that begins with https:',
  }),
  httpProxy: setting(proxyAddress, {
    variable: 'HTTP_PROXY',
    alias: 'http_proxy',
    default: '',
    meaning: 'the same for an address that begins with http:, and for https: without HTTPS_PROXY',
  }),
  noProxy: setting(z.string(), {
    variable: 'NO_PROXY',
    alias: 'no_proxy',
    default: '',
    meaning: 'hosts that are reached without a proxy; comma separated',
  }),
};
