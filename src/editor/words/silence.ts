import { formatAddress } from '../../model/address';
import type { SilenceReason } from '../../model/snapshot';
import type { RedisFault } from '../../redis/client';
import type { Translate } from '../translate';
import type { Words } from './table';

/** Why a server that should answer does not, in a few words for a row of the tree. */
export const silenceBriefly: { readonly [Reason in SilenceReason]: (t: Translate) => string } = {
  refused: t => t('refuses connections'),
  timeout: t => t('does not answer'),
  'no-address': t => t('not reachable from here'),
  closed: t => t('closed the connection'),
  'password-required': t => t('wants a password'),
  'password-wrong': t => t('password is wrong'),
  'protected-mode': t => t('protected mode'),
  'not-redis': t => t('not a Redis server'),
  tls: t => t('TLS does not match'),
  'no-permission': t => t('user lacks permission'),
  paused: t => t('frozen'),
  'no-tunnel': t => t('not reachable from here'),
};

/** The same with what to do next, for tooltips and messages. */
export const silenceAtLength: { readonly [Reason in SilenceReason]: (t: Translate) => string } = {
  refused: t =>
    t(
      'Nothing listens at its port: the server inside is starting, has ended, or listens on another port or address. Its log tells which.',
    ),
  timeout: t =>
    t('The port is open, but the server does not answer in time: it is frozen, or busy with a long command.'),
  'no-address': t =>
    t('Its port is not published, so that this machine cannot reach it. Publish the port when creating the container.'),
  closed: t => t('The server closed the connection. It may be restarting; its log tells why.'),
  'password-required': t => t('The server wants a password that is not known here.'),
  'password-wrong': t => t('The server refuses the password that is kept here: it was changed on the server.'),
  'protected-mode': t =>
    t(
      'The server is in protected mode: it has no password and refuses everyone from outside its container. Set a password (requirepass and masterauth on all nodes).',
    ),
  'not-redis': t => t('What listens there does not speak the Redis protocol.'),
  tls: t => t('One side speaks TLS and the other does not.'),
  'no-permission': t =>
    t('The user that we log in as may not run INFO. Give it the ACL category @dangerous, or +info.'),
  paused: t =>
    t('The container is paused: the server is frozen and the others will take it for dead. Start it to go on.'),
  'no-tunnel': t =>
    t(
      'Its port is not published where this machine could reach it, and its image has nothing that could carry a connection (perl, socat, nc or bash). Publish the port when creating the container.',
    ),
};

/** Failures of a talk with one server. */
export const redisFaults: Words<RedisFault> = {
  'redis-silent': (t, f) => t('{0} does not answer. {1}', formatAddress(f.address), silenceAtLength[f.reason](t)),
  'redis-refused': (t, f) => t('{0} refused {1}: {2}', formatAddress(f.address), f.command, f.text),
};
