import { LogBudget } from '../../src/server/log/log-budget.ts'

/** More bytes than a test needs. */
export const unlimitedBytes = () => ({ retainBytes: 1e9, budget: new LogBudget(1e9) })
