/** English as it stands in the code, with the values put in. */
export { english as plain } from '../../src/base/translate';
