import type { SlotRange } from '../../model/report';
import type { ComposeModel } from './model';
import { addressOf } from './model';

/** Stands in the conf files where the password goes; `start.sh` puts it there, quoted as a conf file wants it. */
export const TOKEN = '@REDIS_PASSWORD@';

/**
 * Brings conf and password together in the node's volume, once. The volume and not the mounted folder is what the server writes to, so that
 * CONFIG REWRITE and Sentinel's own writes pass whatever user the image runs as.
 */
export const startScript = `#!/bin/sh
# usage: start.sh PROGRAM CONF [OPTION…]
set -eu
program=$1
name=$2
conf=/data/$name
shift 2
if [ ! -e "$conf" ]; then
  umask 077
  awk -v token='${TOKEN}' '
    BEGIN { plain = ENVIRON["REDIS_PASSWORD"]; for (i = 1; i <= length(plain); i++) { c = substr(plain, i, 1); password = password (c == "\\\\" || c == "\\"" ? "\\\\" c : c) } }
    { at = index($0, token); if (at) $0 = substr($0, 1, at - 1) "\\"" password "\\"" substr($0, at + length(token)); print }
  ' "/conf/$name" > "$conf.new"
  mv "$conf.new" "$conf"
fi
cd /data
# Official images give /data to their own user and leave root behind.
if command -v docker-entrypoint.sh > /dev/null; then exec docker-entrypoint.sh "$program" "$conf" "$@"; fi
exec "$program" "$conf" "$@"
`;

/** Joins the nodes; may be run again at any time, and after a cut at any step. */
export function clusterScript(model: ComposeModel): string {
  const place = new Map(model.nodes.map((node, index) => [node.service, `${addressOf(model, index)} ${node.port}`]));
  const masters = model.nodes.filter(({ slots }) => slots !== undefined && slots.length > 0);
  const replicas = model.nodes.filter(({ follows }) => follows !== undefined);
  const ranges = (slots: readonly SlotRange[] | undefined): string =>
    (slots ?? []).map(([first, last]) => `${first} ${last}`).join(' ');
  return `#!/bin/sh
# Joins the nodes to the cluster that was exported. Does nothing where it is one already.
set -eu
export REDISCLI_AUTH="\${REDIS_PASSWORD:-}"
count=${model.nodes.length}
nodes='
${[...place.values()].join('\n')}
'
cli() { at=$1; port=$2; shift 2; ${model.product}-cli -h "$at" -p "$port" "$@" < /dev/null; }
each() { echo "$nodes" | while read -r at port; do [ -z "$at" ] || "$@" "$at" "$port"; done; }
within() { # SECONDS WHAT COMMAND…: tries until it succeeds
  left=$(($1 * 5)); what=$2; shift 2
  until "$@"; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then echo "gave up: $what" >&2; exit 1; fi
    sleep 0.2
  done
}
info() { cli "$1" "$2" cluster info | tr -d '\\r'; }
knows() { info "$1" "$2" | grep -q "^cluster_known_nodes:$count$" || echo "$1:$2"; }
works() { info "$1" "$2" | grep -q '^cluster_state:ok$' || echo "$1:$2"; }
all_know() { [ -z "$(each knows)" ]; }
all_work() { [ -z "$(each works)" ]; }
own_slots() { cli "$1" "$2" cluster nodes | grep myself | cut -d' ' -f9- | tr -d '\\r'; }
give() { # AT PORT EPOCH FIRST LAST [FIRST LAST…]
  at=$1; port=$2; epoch=$3; shift 3
  [ -z "$(own_slots "$at" "$port")" ] || return 0
  cli "$at" "$port" cluster set-config-epoch "$epoch" > /dev/null
  echo "slots $* to $at:$port"
  if [ "$(cli "$at" "$port" cluster addslotsrange "$@")" = OK ]; then return 0; fi
  while [ $# -gt 0 ]; do cli "$at" "$port" cluster addslots $(seq "$1" "$2") > /dev/null; shift 2; done # before 7.0
}
follow() { # AT PORT MASTER_AT MASTER_PORT
  cli "$1" "$2" role | head -n 1 | grep -q slave && return 0
  id=$(cli "$3" "$4" cluster myid | tr -d '\\r')
  [ "$(cli "$1" "$2" cluster replicate "$id" | tr -d '\\r')" = OK ]
}

if all_know && all_work; then echo 'is a cluster already'; exit 0; fi
${masters.map((node, index) => `give ${place.get(node.service) ?? ''} ${index + 1} ${ranges(node.slots)}`).join('\n')}
meet() { cli ${place.get(model.nodes[0]?.service ?? '') ?? ''} cluster meet "$1" "$2" > /dev/null; }
each meet
within 60 'every node knows every other' all_know
${replicas.map(node => `within 60 '${node.service} follows ${node.follows ?? ''}' follow ${place.get(node.service) ?? ''} ${place.get(node.follows ?? '') ?? ''}`).join('\n')}
within 60 'every node says ok' all_work
echo 'cluster made'
`;
}
