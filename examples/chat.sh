#!/bin/sh
# The worker's /v1 with nothing but curl: which models, a streamed chat, embeddings.
set -eu

base=${OPENAI_BASE_URL:-http://127.0.0.1:21002/v1}
key=${OPENAI_API_KEY:-unused}
model=${MODEL:-zhipu-api}

# -f makes a refusal an error, -N shows each piece of a stream as it comes.
ask() {
  path=$1
  shift
  curl -sSfN "$base/$path" -H "authorization: Bearer $key" -H 'content-type: application/json' "$@"
  echo
}

echo '# Models'
ask models

echo '# A chat, piece by piece; the last one says [DONE]'
ask chat/completions -d '{
  "model": "'"$model"'",
  "stream": true,
  "messages": [{"role": "user", "content": "你好"}]
}'

echo '# Embeddings, if the worker serves a name that makes them'
ask embeddings -d '{"model": "embedding-3", "input": ["你好"], "dimensions": 256}' | cut -c 1-120
