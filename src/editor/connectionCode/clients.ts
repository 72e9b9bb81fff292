import { stackExchange } from './csharp';
import { goRedis } from './go';
import { jedis, lettuce, springBoot } from './java';
import { ioredis, nodeRedis } from './node';
import { redisPy } from './python';
import { redisCli, url } from './shell';
import type { Client } from './snippet';

/** Every library that code is written for, in the order of the menu. */
export const clients: readonly Client[] = [
  jedis,
  lettuce,
  springBoot,
  ioredis,
  nodeRedis,
  redisPy,
  goRedis,
  stackExchange,
  redisCli,
  url,
];
