import { checkMany } from '../../support/confRobust';

suite('conf: no text breaks the parser, the validator or the formatter', () => {
  test('1,500 random and damaged texts', () => checkMany(Number(process.env['CONF_SEED'] ?? '7'), 1500)).timeout(
    60_000,
  );
});
