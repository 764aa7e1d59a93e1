// Runs the sandbox as a service: one line of JSON tells where everything is, then it serves.

import { startMiniController } from './controller/mini-controller.ts';
import { SANDBOX_KEY, startFakeGlm } from './glm/fake-glm.ts';

/** What to start, and where. */
export interface SandboxOptions {
  /** 0 for any free port. */
  readonly glmPort: number;
  /** 0 for any free port, null for no controller. */
  readonly controllerPort: number | null;
  /** Whether the fake GLM refuses what GLM's documents forbid. */
  readonly strict: boolean;
  readonly host: string;
}

/** The outside of the process. */
export interface SandboxIo {
  /** Takes one line without line break. */
  readonly stdout: (line: string) => void;
  /** Ends the sandbox. */
  readonly signal: AbortSignal;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}

/**
 * Starts the fake GLM and, if asked, the controller; prints
 * `{"glm","apiKey","controller","control"}`; serves until the signal aborts; closes both.
 * @throws the system's error when a port is taken
 */
export async function runSandbox(options: SandboxOptions, io: SandboxIo): Promise<void> {
  const { glmPort, controllerPort, strict, host } = options;
  const running: { close(): Promise<void> }[] = [];
  try {
    const glm = await startFakeGlm({ port: glmPort, host, strict });
    running.push(glm);
    const controller =
      controllerPort === null ? null : await startMiniController({ port: controllerPort, host });
    if (controller !== null) running.push(controller);
    io.stdout(
      JSON.stringify({
        glm: glm.url,
        apiKey: SANDBOX_KEY,
        controller: controller === null ? null : controller.url,
        control: `${glm.origin}/sandbox`,
      }),
    );
    await aborted(io.signal);
  } finally {
    await Promise.all(running.map((server) => server.close()));
  }
}
