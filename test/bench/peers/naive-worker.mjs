// What a first version of a worker in Node looks like: correct frames, the whole text made into JSON
// for every event. It has no queue, no limits, no errors, so it only shows what the frames cost.

import { createServer } from 'node:http';
import { createParser } from 'eventsource-parser';
import { Agent, fetch } from 'undici';

const dispatcher = new Agent({ connections: null });

async function* deltasOf(body) {
  const decoder = new TextDecoder();
  const waiting = [];
  const parser = createParser({ onEvent: ({ data }) => waiting.push(data) });
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    while (waiting.length > 0) {
      const data = waiting.shift();
      if (data !== '[DONE]') yield JSON.parse(data);
    }
  }
}

async function* framesOf({ prompt, temperature, max_new_tokens }) {
  const response = await fetch(`${process.env.UPSTREAM}/chat/completions`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
    body: JSON.stringify({
      model: 'glm-4',
      stream: true,
      temperature,
      max_tokens: max_new_tokens,
      messages: [{ role: 'user', content: prompt }],
    }),
  });
  let text = '';
  let usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  for await (const chunk of deltasOf(response.body)) {
    const [choice] = chunk.choices;
    text += choice.delta.content ?? '';
    usage = chunk.usage ?? usage;
    yield { text, error_code: 0, usage, finish_reason: choice.finish_reason };
  }
}

async function generate(body, response) {
  response.writeHead(200);
  for await (const frame of framesOf(JSON.parse(body))) {
    response.write(`${JSON.stringify(frame)}\0`);
  }
  response.end();
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => generate(body, response).catch(() => response.destroy()));
});
server.listen(Number(process.env.PORT), '127.0.0.1', 4096);
