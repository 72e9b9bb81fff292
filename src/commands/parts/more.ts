/** What one reaches for now and then: loaded when the first of these is run. */
export { copyConnectionCode } from '../connectionCode';
export { addExisting } from '../existing/add';
export { adopt } from '../existing/adopt';
export { createFromFolder } from '../createFromFolder';
export { allowChanges, lookOnly, mayChange } from '../existing/changes';
export { removeFromView } from '../existing/remove';
export { exportCompose } from '../exportCompose';
export { switchContext } from '../switchContext';
export { tellUntrusted } from '../trusted';
export { enterPassword, forgetPassword } from '../password';
