// Sets a registration between a scripted controller and a clock that is moved by hand.

import type { Test } from 'tap';
import { Agent } from 'undici';
import { ControllerClient } from '../../src/controller/client.ts';
import { Registration, type RegistrationEvents } from '../../src/controller/registration.ts';
import type { WorkerStatus } from '../../src/fastchat/replies.ts';
import { FakeClock } from './fake-clock.ts';
import { type ScriptedServer, scriptedServer } from './scripted-server.ts';

export const BEAT_MS = 45_000;
export const WORKER = 'http://worker:21002';
export const REGISTER = '/register_worker';
export const BEAT = '/receive_heart_beat';

/** A registration between a scripted controller and a clock that is moved by hand. */
export interface Stage {
  readonly server: ScriptedServer;
  readonly clock: FakeClock;
  readonly registration: Registration;
  /** What the loop told, in order. */
  readonly events: string[];
  /** The status it tells; tests change it. */
  readonly status: { model_names: string[]; speed: 1; queue_length: number };
  /** Answers the next request, which must be to `path`; gives its body back. */
  answer(path: string, text?: string, status?: number): Promise<unknown>;
  /** Lets the loop go on until it sleeps. */
  settled(): Promise<void>;
}

/** A registration that has not begun. */
export async function stage(
  t: Test,
  { random = () => 1, ...more }: { random?: () => number } & Partial<RegistrationEvents> = {},
): Promise<Stage> {
  const server = await scriptedServer(t);
  const agent = new Agent();
  t.teardown(() => agent.destroy());
  const clock = new FakeClock(1_000_000);
  const events: string[] = [];
  const status = { model_names: ['a'], speed: 1 as const, queue_length: 0 };
  const registration = new Registration({
    client: new ControllerClient(agent, { controller: server.url, worker: async () => WORKER }),
    clock,
    random,
    heartBeatMs: BEAT_MS,
    multimodal: () => true,
    status: (): WorkerStatus => ({ ...status }),
    events: {
      registered: () => events.push('registered'),
      forgotten: () => events.push('forgotten'),
      failed: (error, waitMs) => events.push(`failed: ${Object(error).name}, ${waitMs}`),
      ...more,
    },
  });
  t.teardown(() => registration.leave(AbortSignal.abort()).catch(() => undefined));
  return {
    server,
    clock,
    registration,
    events,
    status,
    async answer(path, text = path === BEAT ? '{"exist":true}' : 'null', code = 200) {
      const asked = await server.next();
      t.equal(asked.path, path);
      asked.reply(code, text);
      return asked.body;
    },
    async settled() {
      // The loop always sets a timer before it rests; replies arrive by real sockets meanwhile.
      while (clock.pending === 0) await new Promise(setImmediate);
    },
  };
}

/** A stage whose worker is registered and rests until the next heart beat. */
export async function registered(t: Test): Promise<Stage> {
  const made = await stage(t);
  made.registration.start();
  await made.answer(REGISTER);
  await made.settled();
  return made;
}
