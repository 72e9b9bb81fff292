/** The name of a topology as containers, networks, volumes and folders can have it. */
export function projectOf(topologyName: string): string {
  const project = topologyName
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return project || 'redis';
}
