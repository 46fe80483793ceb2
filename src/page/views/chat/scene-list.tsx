import { useId } from 'preact/hooks'
import { addressOf } from '../../browser/router.ts'
import { texts } from '../../i18n/i18n.ts'
import { links, profilesOf } from '../../network/links.ts'
import { SCENES, scenesWith } from '../../state/scenes.ts'
import { Glyph } from '../shared/transport-label.tsx'

/** Settings to begin with, each one click. A scene is a link, so that it can be copied. */
export function SceneList({ room, choose }: { room: string; choose?: () => void }) {
  const { scenes, header } = texts.value
  const title = useId()
  return (
    <section class="scenes" aria-labelledby={title}>
      <p class="what">{header.tagline}</p>
      <h3 id={title}>{scenes.title}</h3>
      <ul>
        {scenesWith(profilesOf(links.value)).map((name) => (
          <li key={name}>
            <a href={addressOf(room, 'chat', SCENES[name])} data-transport={SCENES[name].t} onClick={choose}>
              <Glyph of={SCENES[name].t} />
              <span>
                <b>{scenes[name].title}</b> <small>{scenes[name].about}</small>
              </span>
            </a>
          </li>
        ))}
      </ul>
      <p class="or">{scenes.or}</p>
    </section>
  )
}
