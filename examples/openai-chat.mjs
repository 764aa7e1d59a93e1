// OpenAI's client for Node at the worker: a streamed chat, a tool, an answer in JSON by a schema.
import OpenAI from 'openai';

const {
  MODEL: model = 'zhipu-api',
  OPENAI_BASE_URL: baseURL = 'http://127.0.0.1:21002/v1',
  OPENAI_API_KEY: apiKey = 'unused',
} = process.env;
const client = new OpenAI({ baseURL, apiKey });

/** Prints the answer word by word. */
async function chat(question) {
  const messages = [{ role: 'user', content: question }];
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
  process.stdout.write('\n');
}

/** Stands for a service of your own. */
const getWeather = ({ city }) => ({ city, weather: '晴', degrees: 21 });

const tools = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: '查询一座城市的天气 The weather of a city',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
      },
    },
  },
];

/** Lets the model call the tool, hands back what it found, and prints the answer. */
async function chatWithTools(question) {
  const messages = [{ role: 'user', content: question }];
  for (;;) {
    const { choices } = await client.chat.completions.create({ model, messages, tools });
    const [{ message }] = choices;
    if (!message.tool_calls?.length) return console.log(message.content);
    messages.push(message);
    for (const call of message.tool_calls) {
      const found = JSON.stringify(getWeather(JSON.parse(call.function.arguments)));
      console.log(`${call.function.name}(${call.function.arguments}) -> ${found}`);
      messages.push({ role: 'tool', tool_call_id: call.id, content: found });
    }
  }
}

const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'integer' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};

/** Prints the answer as a value of the schema. */
async function chatInJson(question) {
  const { choices } = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: question }],
    response_format: { type: 'json_schema', json_schema: { name: 'weather', schema } },
  });
  console.log(JSON.parse(choices[0].message.content));
}

await chat('你好');
await chatWithTools('北京天气');
await chatInJson('上海 21 度');
