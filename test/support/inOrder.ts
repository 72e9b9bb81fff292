/**
 * For a suite whose tests each go on from where the one before it ended: after a failure the rest of this suite is not run, and
 * one failure more says so. (`this.bail(true)` would silently pass over every such suite that follows, too.)
 */
export function inOrder(suite: Mocha.Suite): void {
  let failed: string | undefined;
  suite.beforeEach(function () {
    if (failed !== undefined) throw new Error(`not run, like all that follows here: "${failed}" failed before it`);
  });
  suite.afterEach(function () {
    if (this.currentTest?.state === 'failed') failed ??= this.currentTest.title;
  });
}
