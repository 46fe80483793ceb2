import { useId } from 'preact/hooks'
import { addressOf } from '../../browser/router.ts'
import { texts } from '../../i18n/i18n.ts'
import { links, profilesOf } from '../../network/links.ts'
import { EXAMPLES, examplesWith } from '../../state/examples.ts'
import { Glyph } from '../shared/transport-label.tsx'

/** Settings to begin with, each one click. An example is a link, so that it can be copied. */
export function ExampleList({ room, choose }: { room: string; choose?: () => void }) {
  const { examples, header } = texts.value
  const title = useId()
  return (
    <section class="examples" aria-labelledby={title}>
      <p class="what">{header.tagline}</p>
      <h3 id={title}>{examples.title}</h3>
      <ul>
        {examplesWith(profilesOf(links.value)).map((name) => (
          <li key={name}>
            <a href={addressOf(room, 'chat', EXAMPLES[name])} data-transport={EXAMPLES[name].t} onClick={choose}>
              <Glyph of={EXAMPLES[name].t} />
              <span>
                <b>{examples[name].title}</b> <small>{examples[name].about}</small>
              </span>
            </a>
          </li>
        ))}
      </ul>
      <p class="or">{examples.or}</p>
    </section>
  )
}
