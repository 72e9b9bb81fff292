import assert from 'node:assert/strict';
import { installCommand } from '../../../scripts/setup/redisServer.mjs';

suite('the one command that installs a server', () => {
  const rows: readonly (readonly [
    platform: NodeJS.Platform,
    programs: readonly string[],
    command: string | undefined,
  ])[] = [
    ['linux', ['apt-get'], 'sudo apt-get install -y redis-server'],
    ['linux', ['dnf', 'yum'], 'sudo dnf install -y redis || sudo dnf install -y valkey'],
    ['linux', ['yum'], 'sudo yum install -y redis'],
    ['linux', ['zypper'], 'sudo zypper install -y redis'],
    ['linux', ['pacman'], 'sudo pacman -S --needed valkey'],
    ['linux', ['apk'], 'sudo apk add redis'],
    ['linux', ['brew'], 'brew install redis'],
    ['linux', [], undefined],
    ['darwin', ['brew'], 'brew install redis'],
    ['darwin', ['port'], 'sudo port install redis'],
    ['darwin', [], 'brew install redis'],
    ['win32', ['brew'], 'wsl --install'],
  ];
  for (const [platform, programs, command] of rows) {
    test(`${platform} with ${programs.join(', ') || 'nothing'}`, () =>
      assert.equal(
        installCommand(platform, program => (programs.includes(program) ? program : undefined)),
        command,
      ));
  }
});
