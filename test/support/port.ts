export { lastingPort, LASTING_PORTS_END } from '../../bench/robustness/processes/lasting-port.ts'
