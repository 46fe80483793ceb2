export { lastingPort } from '../../bench/robustness/processes/lasting-port.ts'
