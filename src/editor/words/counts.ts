import type { Translate } from '../translate';

/** `1 slot`, `12 slots`: to stand in a sentence. */
export const slotsCounted = (t: Translate, count: number): string =>
  count === 1 ? t('1 slot') : t('{0} slots', count);

/** `1 key`, `12 keys`. */
export const keysCounted = (t: Translate, count: number): string => (count === 1 ? t('1 key') : t('{0} keys', count));
