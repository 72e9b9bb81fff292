/** What is wrong, how to mend it, and how to break it on purpose: loaded when the first of these is run. */
export { explainReach } from '../explainReach';
export { fixProblem } from '../fixProblem';
export { showProblems } from '../showProblems';
export { verify } from '../verify';
export { watch } from '../watch';
export { connect, disconnect } from '../network';
export { drill, mendBroken, showDrills } from '../drill';
