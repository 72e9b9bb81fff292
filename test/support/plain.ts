import type { Translate } from '../../src/editor/translate';

/** English as it stands in the code, with the values put in. */
export const plain: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
