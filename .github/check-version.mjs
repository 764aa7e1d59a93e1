// Refuses a release whose places do not all name the version of its tag.
//
//   node .github/check-version.mjs v0.1.0
import { readFileSync } from 'node:fs';

const [tag = ''] = process.argv.slice(2);
const version = /^v(\d+\.\d+\.\d+(?:-[\w.]+)?)$/.exec(tag)?.[1];
const found = (path, pattern) => pattern.exec(readFileSync(path, 'utf8'))?.[1];

const LABEL = /image\.version="([^"]*)"/;
const TAG = /newTag: (\S+)/;
const places = {
  'package.json': JSON.parse(readFileSync('package.json', 'utf8')).version,
  'CHANGELOG.md': found('CHANGELOG.md', /^## \[(\d[^\]]*)\]/m),
  Dockerfile: found('Dockerfile', LABEL),
  'docker/fastchat/Dockerfile': found('docker/fastchat/Dockerfile', LABEL),
  'docker/kubernetes/base': found('docker/kubernetes/base/kustomization.yaml', TAG),
  'docker/kubernetes/components/fastchat': found(
    'docker/kubernetes/components/fastchat/kustomization.yaml',
    TAG,
  ),
  'docker/kubernetes/components/sandbox': found(
    'docker/kubernetes/components/sandbox/kustomization.yaml',
    TAG,
  ),
};

const problems = Object.entries(places)
  .filter(([, named]) => named !== version)
  .map(([place, named]) => `${place}: ${named ?? 'no version'}, but the tag is ${tag}`);
if (version === undefined) problems.unshift(`${tag}: not a tag of the form v1.2.3`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
