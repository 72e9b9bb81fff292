import type { SentinelRequest } from '../../topology/sentinelRequest';
import { majorityOf } from '../../model/quorum';
import { LIMITS, SENTINEL_DEFAULTS } from '../../topology/sentinelRequest';
import type { CommonAnswers } from '../create/questions';

/** What the wizard has been told so far. */
export interface Answers extends CommonAnswers {
  readonly replicas: number;
  readonly sentinels: number;
}

export function requestOf(answers: Answers): SentinelRequest {
  const { name, engine, image, replicas, sentinels, firstPort, password, storage } = answers;
  return {
    name,
    engine,
    image,
    replicas,
    sentinels,
    quorum: majorityOf(sentinels),
    firstPort,
    storage,
    firstSentinelPort: firstSentinelPort(firstPort, replicas + 1, sentinels),
    ...(password === undefined ? {} : { password }),
  };
}

/**
 * Sentinels listen 20,000 above the servers, as the field is used to (6379, 26379); where that is more than a port may be,
 * right after them.
 */
export function firstSentinelPort(firstPort: number, servers: number, sentinels: number): number {
  const usual = firstPort + SENTINEL_DEFAULTS.firstSentinelPort - SENTINEL_DEFAULTS.firstPort;
  return usual + sentinels - 1 <= highestPort ? usual : firstPort + servers;
}

/** Linux hands ports from 32768 upwards out to outgoing connections: a server's fixed port does not belong there. */
const highestPort = Math.min(LIMITS.port.most, 32_767);
