// Refusals by chance or by rule, over real sockets and by a clock that the test moves.
import t, { type Test } from 'tap';
import type { FakeGlm, WeatherScript } from '../../../src/sandbox/glm/fake-glm.ts';
import { chat, HELLO, json, refusal, STREAM, startChat, withGlm } from '../support/glm.ts';
import { asking, send } from '../support/http-client.ts';

const NOW = 1_800_000_000_000;

/** A fake in this weather whose clock stands still until it is moved. */
async function under(t: Test, weather: WeatherScript) {
  let now = NOW;
  const glm = await withGlm(t, { weather, clock: () => now });
  return {
    glm,
    later: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

/** 200, or the code of the refusal with its status. */
async function ask(glm: FakeGlm, content = 'hi'): Promise<unknown> {
  const seen = await chat(glm, { ...HELLO, messages: [{ role: 'user', content }] });
  if (seen.status === 200) return 200;
  const { status, code } = refusal(seen);
  return `${status}/${code}`;
}

async function askTimes(glm: FakeGlm, times: number): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let n = 0; n < times; n += 1) answers.push(await ask(glm));
  return answers;
}

/** How many chats of `tries` at once get a place; all are left again. */
async function placesOf(glm: FakeGlm, tries: number): Promise<number> {
  glm.setDefault({ kind: 'fault', fault: 'hang-after-headers' });
  const before = glm.ledger.failed;
  const all = Array.from({ length: tries }, () => startChat(glm, STREAM));
  await Promise.all(all.map(({ head }) => head));
  const refused = glm.ledger.failed - before;
  for (const { leave } of all) leave();
  await glm.idle();
  return tries - refused;
}

t.test('refusals by chance are as many as told, and the same for the same seed', async (t) => {
  const random = { chance: 0.3, code: '1302' };
  const one = await askTimes((await under(t, { seed: 7, random })).glm, 200);
  const again = await askTimes((await under(t, { seed: 7, random })).glm, 200);
  const other = await askTimes((await under(t, { seed: 8, random })).glm, 200);
  const refused = one.filter((answer) => answer === '429/1302').length;
  t.ok(refused > 40 && refused < 80, `${refused} of 200`);
  t.strictSame(again, one);
  t.notSame(other, one);
  const sure = await under(t, { random: { chance: 1, status: 503, code: '500', message: 'no' } });
  t.strictSame(refusal(await chat(sure.glm, HELLO)), { status: 503, code: '500', message: 'no' });
});

t.test('bursts come and go', async (t) => {
  const { glm, later } = await under(t, { bursts: { onMs: 100, offMs: 300 } });
  const seen: unknown[] = [];
  for (const wait of [0, 99, 1, 299, 1, 100]) {
    later(wait);
    seen.push(await ask(glm));
  }
  t.strictSame(seen, ['429/1305', '429/1305', 200, 200, '429/1305', 200]);
});

t.test('an outage refuses everything for its time, once', async (t) => {
  const { glm, later } = await under(t, { outage: { afterMs: 1000, forMs: 15_000 } });
  const seen: unknown[] = [];
  for (const wait of [0, 999, 1, 14_999, 1, 100_000]) {
    later(wait);
    seen.push(await ask(glm));
  }
  t.strictSame(seen, [200, 200, '429/1305', '429/1305', 200, 200]);
  const soon = await under(t, { outage: { forMs: 10 } });
  const embed = asking({ model: 'embedding-3', input: 'x' });
  t.match(refusal(await send(`${soon.glm.url}/embeddings`, embed)), { status: 429, code: '1305' });
});

t.test('whoever says the marker is always refused, the others never', async (t) => {
  const { glm } = await under(t, {
    poison: [
      { marker: 'limit "me"' },
      { marker: '过载', code: '1305' },
      { marker: 'odd', code: '1399' },
    ],
  });
  const said = ['say limit "me" now', '系统过载', 'an odd one', 'limit me'];
  const seen: unknown[] = [];
  for (const content of [...said, ...said]) seen.push(await ask(glm, content));
  const once = ['429/1302', '429/1305', '429/1399', 200];
  t.strictSame(seen, [...once, ...once]);
});

t.test('a hard limit refuses what is over it', async (t) => {
  const { glm } = await under(t, { limit: 3 });
  t.equal(await placesOf(glm, 5), 3);
  t.match(glm.calls.filter(({ code }) => code === '1302').length, 2);
});

t.test('a limit moves, over and over', async (t) => {
  const limit = [
    { limit: 12, forMs: 1000 },
    { limit: 3, forMs: 500 },
  ];
  const { glm, later } = await under(t, { limit });
  const seen: number[] = [];
  for (const wait of [0, 999, 1, 499, 1]) {
    later(wait);
    seen.push(await placesOf(glm, 15));
  }
  t.strictSame(seen, [12, 12, 3, 3, 12]);
});

t.test('the smaller one of weather and account limit holds', async (t) => {
  const { glm } = await under(t, { limit: 4 });
  glm.setAccountLimit(2);
  t.equal(await placesOf(glm, 6), 2);
  glm.setAccountLimit(null);
  t.equal(await placesOf(glm, 6), 4);
});

t.test('another program takes places by a schedule of its own', async (t) => {
  const weather: WeatherScript = { seed: 3, limit: 6, others: { most: 4, everyMs: 100 } };
  const draw = async () => {
    const { glm, later } = await under(t, weather);
    const seen: number[] = [];
    for (let slot = 0; slot < 12; slot += 1) {
      seen.push(await placesOf(glm, 8));
      later(100);
    }
    return seen;
  };
  const places = await draw();
  t.ok(places.every((left) => left >= 2 && left <= 6));
  t.ok(new Set(places).size >= 3, `the places change: ${places}`);
  t.strictSame(await draw(), places, 'the same schedule for the same seed');
  const alone = await under(t, { others: { most: 4, everyMs: 100 } });
  t.equal(await placesOf(alone.glm, 8), 8, 'without a limit there is room for all');
});

t.test('a refused request uses up no script', async (t) => {
  const { glm, later } = await under(t, { outage: { forMs: 10 } });
  glm.script({ kind: 'error', code: '1234' });
  t.equal(await ask(glm), '429/1305');
  later(10);
  t.equal(await ask(glm), '500/1234');
});

t.test('weather is set, read and ended over HTTP; a reset brings back the first one', async (t) => {
  const glm = await withGlm(t);
  const control = `${glm.origin}/sandbox/weather`;
  const read = async () => json(await send(control, { method: 'GET' }));
  const weather = { random: { chance: 1 }, limit: [{ limit: 1, forMs: 5 }] };
  t.equal(await read(), null);
  t.equal((await send(control, { body: JSON.stringify(weather) })).status, 200);
  t.strictSame(await read(), weather);
  t.equal(await ask(glm), '429/1305');
  t.equal((await send(control, { body: 'null' })).status, 200);
  t.equal(await ask(glm), 200);
  glm.setWeather({ outage: { forMs: 60_000 } });
  t.equal(await ask(glm), '429/1305');
  glm.reset();
  t.strictSame([await read(), await ask(glm)], [null, 200]);
});

t.test('a weather with mistakes is refused by the name of the field', async (t) => {
  const glm = await withGlm(t);
  const cases: readonly (readonly [unknown, RegExp])[] = [
    ['rain', /^weather must be an object$/],
    [{ rain: 1 }, /^weather\.rain is unknown; weather takes seed, limit, others, random, bursts/],
    [{ random: { chance: 2 } }, /^weather\.random\.chance must be a number from 0 to 1$/],
    [{ random: { chnce: 1 } }, /^weather\.random\.chance must be a number/],
    [{ random: { chance: 1, often: 1 } }, /^weather\.random\.often is unknown/],
    [{ limit: -1 }, /^weather\.limit must be a whole number >= 0$/],
    [{ limit: 'x' }, /^weather\.limit must be a whole number >= 0 or a list/],
    [{ limit: [] }, /^weather\.limit must not be empty$/],
    [{ bursts: { onMs: 0, offMs: 1 } }, /^weather\.bursts\.onMs must be milliseconds > 0$/],
    [{ outage: {} }, /^weather\.outage\.forMs must be milliseconds/],
    [{ others: { most: 0, everyMs: 1 } }, /^weather\.others\.most must be a whole number >= 1$/],
    [{ poison: [{ marker: '' }] }, /^weather\.poison\[0\]\.marker must not be empty$/],
    [{ poison: {} }, /^weather\.poison must be a list of poisons$/],
  ];
  // A test in another language sends what the types forbid here.
  for (const [weather, message] of cases)
    t.throws(() => glm.setWeather(weather as WeatherScript), { name: 'ScenarioError', message });
  t.equal(await ask(glm), 200, 'none of them is taken');
  const wrong = await send(`${glm.origin}/sandbox/weather`, { body: '{"limit":"x"}' });
  t.match([wrong.status, json(wrong)], [400, { error: /weather\.limit/ }]);
});
