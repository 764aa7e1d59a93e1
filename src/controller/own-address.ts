// Finds the address under which this machine is seen from the controller.

import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';

/**
 * The local address that packets to `url` leave from. Connecting a datagram socket asks the routing
 * table and sends nothing, so this works while the controller is down.
 */
export async function ownAddressTowards(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const { address, family } = await lookup(hostname.replace(/^\[|\]$/g, ''));
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(Number(port) || 80, address, resolve);
    });
    return socket.address().address;
  } finally {
    socket.close();
  }
}
