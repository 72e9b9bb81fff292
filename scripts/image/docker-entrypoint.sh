#!/bin/sh
# What users know from the official images: options or a conf file alone start the server; started as root, the data
# folder is given to user redis and the server runs as that user.
set -e
case "${1:-}" in
  -*|*.conf) set -- "$(command -v redis-server || command -v valkey-server)" "$@" ;;
esac
case "${1##*/}" in
  redis-server|redis-sentinel|valkey-server|valkey-sentinel)
    if [ "$(id -u)" = 0 ]; then
      user=redis
      id -u "$user" >/dev/null 2>&1 || user=valkey
      find . ! -user "$user" -exec chown "$user" '{}' +
      exec setpriv --reuid="$user" --regid="$user" --clear-groups -- "$@"
    fi
    ;;
esac
exec "$@"
