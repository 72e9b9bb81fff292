/**
 * Functions of a part of the bundle that is loaded when the first of them is called: `later(() => import('./parts/x'))('name')`.
 * The first part holds what it takes to see; `parts/main` what it takes to make, stop, heal and remove a Sentinel topology, the others what goes beyond.
 */
export function later<Part extends object>(
  load: () => Promise<Part>,
): <Key extends keyof Part>(
  name: Key,
) => Part[Key] extends (...args: infer Args) => Promise<infer Result> ? (...args: Args) => Promise<Result> : never {
  type Any = (...args: readonly unknown[]) => Promise<unknown>;
  return name => (async (...args: readonly unknown[]) => ((await load())[name] as Any)(...args)) as never;
}

export const ofMain = later(() => import('./parts/main'));
export const ofClusters = later(() => import('./parts/cluster'));
export const ofReplication = later(() => import('./parts/replication'));
export const ofMore = later(() => import('./parts/more'));
export const ofProblems = later(() => import('./parts/problems'));
