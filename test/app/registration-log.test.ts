// What the log says of a registration that fails for a while.

import t from 'tap';
import { registrationLog } from '../../src/app/registration-log.ts';
import { ControllerError } from '../../src/controller/controller-error.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { createLogSink } from '../support/log-sink.ts';

t.test('a remedy is told once, until there is another one or it had worked', (t) => {
  const logs = createLogSink();
  const logger = createLogger({ level: 'info', redactor: new Redactor() }, logs);
  let firsts = 0;
  const events = registrationLog({
    logger,
    controller: 'http://c',
    workerAddress: () => 'http://w',
    onFirst: () => firsts++,
  });
  const away = new ControllerError('away', { remedy: 'start it', answered: false });
  const other = new ControllerError('other', { remedy: 'correct it', answered: true });
  for (const error of [away, away, other, other, away]) events.failed(error, 500);
  events.registered();
  events.failed(away, 500);
  events.forgotten();
  events.registered();
  events.failed(new TypeError('a defect'), 500);
  t.equal(firsts, 1);
  t.strictSame(
    logs.lines.map(({ level, msg, remedy = null }) => [level, msg, remedy]),
    [
      ['warn', 'the controller does not answer', 'start it'],
      ['warn', 'the controller does not answer', null],
      ['warn', 'the controller answered unexpectedly', 'correct it'],
      ['warn', 'the controller answered unexpectedly', null],
      ['warn', 'the controller does not answer', 'start it'],
      ['info', 'registered', null],
      ['warn', 'the controller does not answer', 'start it'],
      ['warn', 'the controller forgot us, registering again', null],
      ['info', 'registered', null],
      [
        'warn',
        'the controller does not answer',
        'a defect of this worker: please report the log line',
      ],
    ],
  );
  t.end();
});
