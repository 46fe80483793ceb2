import { compareCommand } from './compare-command.ts'

process.exitCode = await compareCommand(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  colour: process.stdout.isTTY,
  width: process.stdout.columns || 120,
})
