// docs/settings.md out of package.json and its sentences. Pure: objects in, text out.

/** @typedef {{ type: string, default: unknown, enum?: string[], enumDescriptions?: string[], scope?: string, order?: number, markdownDescription: string, additionalProperties?: { enum?: string[] } }} Setting */
/** @typedef {{ title: string, properties: Record<string, Setting> }} Group */

/** @type {Readonly<Record<string, string>>} */
const scopes = {
  machine: 'user or machine; not taken from a folder',
  'machine-overridable': 'user, machine or folder',
  window: 'user or workspace',
  resource: 'user, workspace or folder',
};

/**
 * @param {{ contributes: { configuration: Group[] }, capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } } }} manifest
 * @param {Readonly<Record<string, string>>} sentences package.nls.json
 */
export function settingsPage({ contributes, capabilities }, sentences) {
  /** @param {string} text `%key%` */
  const say = text => {
    const sentence = sentences[text.slice(1, -1)];
    if (sentence === undefined) throw new Error(`package.nls.json has no ${text}`);
    // `#name#` is how the settings editor is told of another setting.
    return sentence.replace(/`#([\w.]+)#`/g, '`$1`').replaceAll('|', '\\|');
  };
  /** @param {Setting} setting */
  const values = ({ type, enum: names, enumDescriptions, additionalProperties }) => {
    if (names !== undefined && enumDescriptions !== undefined)
      return names.map((name, index) => `\`${name}\`: ${say(enumDescriptions[index] ?? '')}`).join('<br>');
    if (names !== undefined) return names.map(name => `\`${name}\``).join(' ');
    if (additionalProperties?.enum !== undefined)
      return `an object; each value one of ${additionalProperties.enum.map(name => `\`${name}\``).join(' ')}`;
    return type === 'array' ? 'a list of texts' : type === 'string' ? 'text' : type;
  };
  const restricted = capabilities.untrustedWorkspaces.restrictedConfigurations;
  const groups = contributes.configuration.map(({ title, properties }) => {
    const rows = Object.entries(properties).map(
      ([name, setting]) =>
        `| \`${name}\` | ${say(setting.markdownDescription)} | ${values(setting)} | \`${JSON.stringify(setting.default)}\` | ${scopes[setting.scope ?? 'window'] ?? setting.scope}${restricted.includes(name) ? '; ignored in a workspace that is not trusted' : ''} |`,
    );
    return `## ${say(title)}\n\n| setting | what it does | values | default | set for |\n|---|---|---|---|---|\n${rows.join('\n')}`;
  });
  return `# Settings

Written by \`npm run docs\` from \`package.json\` and \`package.nls.json\`; a test fails when it is out of date. What a single file says in a comment
(\`# redis-conf: target=valkey-8.1\`) counts before any setting: [the language](conf-language.md#comments-that-speak-to-us).

${groups.join('\n\n')}
`;
}
