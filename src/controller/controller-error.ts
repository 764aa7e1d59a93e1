// Why a call to the controller failed, and what an operator can do about it.

/** The controller could not be reached, or did not answer as a FastChat controller does. */
export class ControllerError extends Error {
  override readonly name = 'ControllerError';
  /** For the operator. */
  readonly remedy: string;
  /** Whether something answered at its address. */
  readonly answered: boolean;

  constructor(message: string, facts: { remedy: string; answered: boolean; cause?: unknown }) {
    super(message, { cause: facts.cause });
    this.remedy = facts.remedy;
    this.answered = facts.answered;
  }
}

const USUAL_PORTS = "the controller is usually on 21001, Chatchat's on 20001";

const OPENAI_API = `this is an OpenAI API server; ${USUAL_PORTS}: correct CONTROLLER_ADDRESS`;

const NO_CONTROLLER = `this is not a FastChat controller: correct CONTROLLER_ADDRESS (${USUAL_PORTS})`;

const GUARDED =
  'something in front of the controller asks for credentials: let this worker through, or correct ' +
  'CONTROLLER_ADDRESS';

const FAILING =
  'the controller failed, and its own log says why; it is tried again until it answers';

const MOVED =
  'the controller is asked without following redirects: set CONTROLLER_ADDRESS to its target';

/** What a reply means that is not a controller's; `openAiApi`: an OpenAI API server sent it. */
export function errorOfReply(
  path: string,
  { status, text }: { readonly status: number; readonly text: string },
  openAiApi: boolean,
): ControllerError {
  const remedy = openAiApi ? OPENAI_API : remedyOfStatus(status);
  return new ControllerError(`${path} answered HTTP ${status}: ${quote(text)}`, {
    remedy,
    answered: true,
  });
}

function remedyOfStatus(status: number): string {
  if (status === 401 || status === 403 || status === 407) return GUARDED;
  if (status >= 500) return FAILING;
  return status >= 300 && status < 400 ? MOVED : NO_CONTROLLER;
}

/** A reply with the right status and the wrong content. */
export function errorOfContent(path: string, text: string, expected: string): ControllerError {
  return new ControllerError(`${path} answered ${quote(text)} instead of ${expected}`, {
    remedy: NO_CONTROLLER,
    answered: true,
  });
}

/** What it means that no reply came. */
export function errorOfCall(path: string, cause: Error): ControllerError {
  const { message } = cause;
  return new ControllerError(`${path} failed: ${message}`, {
    remedy: remedyOfCall('code' in cause ? String(cause.code) : ''),
    answered: false,
    cause,
  });
}

function remedyOfCall(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'the host of CONTROLLER_ADDRESS cannot be resolved: correct it, or wait for the DNS';
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code))
    return 'the certificate of the controller is not trusted: set NODE_EXTRA_CA_CERTS';
  if (/SSL|TLS/.test(code) || code === 'EPROTO' || code.startsWith('HPE_'))
    return 'http and https are mixed up, or it is another protocol: correct CONTROLLER_ADDRESS';
  return `start the controller, or correct CONTROLLER_ADDRESS (${USUAL_PORTS})`;
}

/** The whole of a strange reply: the log takes secrets out of it before it cuts. */
function quote(text: string): string {
  return JSON.stringify(text);
}
