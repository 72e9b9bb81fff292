export type { Translate } from '../base/translate';
