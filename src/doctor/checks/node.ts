// Whether Node.js is new enough.

import { nodeFloor } from '../../app/version.ts';
import { type Check, outcome } from '../check.ts';
import type { Visit } from '../visit.ts';

export const nodeCheck: Check = {
  id: 'node',
  title: 'the version of Node.js',
  cost: 'local',
  needs: [],
  async run({ nodeVersion }: Visit) {
    const floor = nodeFloor();
    const found = `Node.js ${nodeVersion}, ${floor} or newer is needed`;
    if (isAtLeast(nodeVersion, floor)) return outcome('ok', found);
    return outcome('fail', found, { remedy: ['install a newer one from https://nodejs.org'] });
  },
};

function isAtLeast(version: string, floor: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = floor.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
