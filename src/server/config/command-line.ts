import cluster from 'node:cluster'
import { Command, InvalidArgumentError, Option } from 'commander'
import {
  blankVariables,
  configOf,
  flagOf,
  parseSetting,
  SETTINGS,
  unknownVariables,
  variableIn,
  type Config,
  type SettingName,
} from './settings.ts'

/** The settings of this process, and where each value comes from. */
export interface ReadConfig {
  config: Config
  /** `--host (from the environment variable HOST)`, for an error that a setting causes. */
  sourceOf: (name: SettingName) => string
}

/**
 * Reads each setting from the command line, else from the environment, else uses its default. Prints a text and ends the process
 * for --help (status 0) and for a value that is not allowed (status 1). Variables that are no settings are reported, and ignored.
 */
export function readConfig(argv: readonly string[]): ReadConfig {
  const command = new Command('transport-playground')
    .description('One chat room behind interchangeable transports: switch live, see what each costs on the wire.')
    .helpOption('--help', 'print this help')
    .allowExcessArguments(false)
    .showHelpAfterError('(--help lists the settings)')
  for (const variable of blankVariables(process.env)) Reflect.deleteProperty(process.env, variable)
  for (const name of Object.keys(SETTINGS) as SettingName[]) command.addOption(optionOf(name))
  const config = configOf(command.parse(argv).opts<Partial<Config>>())
  // The parent of workers has reported for them.
  if (cluster.isPrimary) reportUnknown()
  return { config, sourceOf: (name) => `--${flagOf(name)} (${originOf(command.getOptionValueSource(name), name)})` }
}

function reportUnknown(): void {
  for (const { variable, meant } of unknownVariables(process.env)) {
    const question = meant === undefined ? '--help lists the settings' : `is ${meant} meant?`
    process.stderr.write(`the environment variable ${variable} is no setting, and is ignored: ${question}\n`)
  }
}

function originOf(source: string | undefined, name: SettingName): string {
  if (source === 'cli') return 'from the command line'
  return source === 'env' ? `from the environment variable ${variableIn(process.env, name)}` : 'by default'
}

function optionOf(name: SettingName): Option {
  const setting = SETTINGS[name]
  const option = new Option(flagsOf(name), aboutOf(name)).env(variableIn(process.env, name)).default(setting.default)
  return option.argParser((value) => {
    try {
      return parseSetting(name, value)
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  })
}

function flagsOf(name: SettingName): string {
  const setting = SETTINGS[name]
  if ('unit' in setting) return `--${flagOf(name)} <${setting.unit}>`
  return 'pattern' in setting ? `--${flagOf(name)} <text>` : `--${flagOf(name)} [true|false]`
}

function aboutOf(name: SettingName): string {
  const setting = SETTINGS[name]
  if ('unit' in setting) return `${setting.about} [${setting.min} to ${setting.max}]`
  return 'pattern' in setting ? `${setting.about} [${setting.allowed}]` : setting.about
}
