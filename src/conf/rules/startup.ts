/** Loads, then exits at start-up, mostly without naming a line (section 2.2). */
const family = 'startup';

export const startupRules = {
  'bind-not-an-address': {
    severity: 'error',
    family,
    message:
      '"{value}" can be no address or host name{why}: the file loads, then the server cannot listen on it and exits.',
  },
  'bind-host-name': {
    severity: 'warning',
    family,
    message:
      '"{value}" is looked up when the server starts; when no name server knows it, the server exits. An address is safer.',
  },
  'bind-elsewhere': {
    severity: 'warning',
    family,
    message:
      '{value} must be an address of the machine (or container) that runs the server, or it exits with "Cannot assign requested address". A leading "-" makes it optional.',
  },
  'bind-ipv6-required': {
    severity: 'warning',
    family,
    message:
      '{value} must exist: where IPv6 is off (most containers), the server exits with "Cannot assign requested address". Write -{value} to make it optional.',
  },
  'bind-all-optional': {
    severity: 'warning',
    family,
    message:
      'Every address of this line may be missing (-): where none of them is there, the server exits with "Configured to not listen anywhere". Add one that always is.',
  },
  'bind-twice': {
    severity: 'error',
    family,
    message:
      '{value} is covered by another address of this line: the server listens on it once, fails the second time with "Address already in use" and exits.',
  },
  'listen-nowhere': {
    severity: 'error',
    family,
    message:
      'With {cause} and no other way in (tls-port, unixsocket) the server exits with "Configured to not listen anywhere".',
  },
  'cluster-port-too-high': {
    severity: 'error',
    family,
    message:
      'The cluster bus uses port {port} + 10000, which is above 65535: the server exits. Use a port up to 55535{fix}.',
  },
  'cluster-no-bind': {
    severity: 'error',
    family,
    message: 'The cluster bus needs an address to listen on and bind is empty: the server exits.',
  },
  'port-clash': {
    severity: 'error',
    family,
    message: '{first} and {second} are both {port}: the server cannot listen twice on one port and exits.',
  },
  'cluster-config-is-conf': {
    severity: 'error',
    family,
    message: 'cluster-config-file is the file that the cluster writes itself; {what}: the server exits.',
  },
  'cluster-config-folder': {
    severity: 'warning',
    family,
    message: 'There is no folder for {path} on this machine; where the server runs, it must exist and be writable.',
  },
  'tls-incomplete': {
    severity: 'warning',
    family,
    message:
      '{cause} needs {missing}: without, the server exits with "Failed to configure TLS" (or, built without TLS, anyway).',
  },
  'tls-file-missing': {
    severity: 'warning',
    family,
    message: 'There is no file {path} on this machine; where the server runs, it must exist or TLS fails.',
  },
  'module-missing': {
    severity: 'warning',
    family,
    message:
      'There is no file {path} on this machine; where the server runs, the module must exist or the server exits.',
  },
  'module-setting-without-module': {
    severity: 'error',
    family,
    message:
      '"{name}" is taken for a setting of a module, and no loadmodule line brings one{hint}: the file loads, then the server exits with "Module Configuration detected without loadmodule directive".',
  },
  'module-setting-unsure': {
    severity: 'warning',
    family,
    message:
      '"{name}" is taken for a setting of a module{hint}: if none of the loaded modules has it, the server exits at start.',
  },
  'unixsocket-too-long': {
    severity: 'error',
    family,
    message: 'The path of a socket must be under 108 bytes, this one has {bytes}: the server exits.',
  },
  'unixsocket-folder': {
    severity: 'warning',
    family,
    message: 'There is no folder for {path} on this machine; where the server runs, it must exist and be writable.',
  },
  'unixsocket-is-folder': {
    severity: 'error',
    family,
    message: '{path} is a folder, not a socket: the server cannot listen on it and exits.',
  },
  'locale-unsure': {
    severity: 'info',
    family,
    message: 'The locale "{value}" must be installed where the server runs, or it exits at start.',
  },
  'dbfilename-is-conf': {
    severity: 'error',
    family,
    message: 'dbfilename {what}: the server takes it for its database and exits.',
  },
} as const;
