/** What one reaches for now and then: loaded when the first of these is run. */
export { copyConnectionCode } from '../connectionCode';
export { exportCompose } from '../exportCompose';
export { enterPassword, forgetPassword } from '../password';
