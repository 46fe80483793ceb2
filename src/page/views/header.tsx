import { LIMITS } from '../../protocol.ts'
import { language, setLanguage, texts, type Language } from '../i18n/i18n.ts'
import { isLecture } from '../browser/lecture.ts'
import { addressOf, DEFAULT_ROOM, goToRoom, isRoomName, pageAddress, VIEWS } from '../browser/router.ts'
import type { RoomController } from '../room/room-controller.ts'
import { theme, nextTheme, type Theme } from '../browser/theme.ts'
import { GuideMenu } from './guides/guide-menu.tsx'
import { Avatar } from './shared/avatar.tsx'
import { InlineEdit } from './shared/inline-edit.tsx'
import { problemText } from './shared/problem-text.ts'

export function Header({ controller }: { controller: RoomController | null }) {
  return (
    <header class="top">
      <a class="brand" href={addressOf(DEFAULT_ROOM)} title={texts.value.header.toLobby}>
        <Mark />
        <span>{texts.value.title}</span>
      </a>
      {controller && <Room room={controller.room} />}
      <Views room={controller?.room ?? DEFAULT_ROOM} />
      <p class="tagline">{texts.value.header.tagline}</p>
      <div class="user-controls">
        {controller && <Name controller={controller} />}
        <Languages />
        {controller && 'view' in pageAddress.value && pageAddress.value.view === 'chat' && <LectureButton />}
        <ThemeButton />
      </div>
    </header>
  )
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-linecap="round">
      <path d="M4 2.5v19M20 2.5v19" stroke-width="2.2" />
      <path d="M4 6l16 5-16 6" stroke-width="1.8" />
      <circle class="dot" cx="20" cy="11" r="2.6" stroke="none" />
    </svg>
  )
}

function Views({ room }: { room: string }) {
  const { views } = texts.value.header
  const now = pageAddress.value
  const at = 'view' in now ? now.view : null
  return (
    <nav class="views" aria-label={views.group}>
      {VIEWS.map((view) => (
        <a key={view} href={addressOf(room, view)} aria-current={at === view ? 'page' : undefined}>
          {views[view]}
        </a>
      ))}
      <GuideMenu />
    </nav>
  )
}

/** Few users need them. null when the server cannot be reached. */
const loadSuggestions = () => import('../room/name-suggestion.ts').catch(() => null)

function Room({ room }: { room: string }) {
  const { header } = texts.value
  const enter = async (wanted: string) => {
    const name = wanted.replace(/^#/, '')
    if (isRoomName(name)) {
      goToRoom(name)
      return null
    }
    const suggestion = (await loadSuggestions())?.roomNameLike(name)
    return suggestion ? header.badRoomBut(suggestion) : header.badRoom
  }
  return (
    <h1 class="room">
      <InlineEdit
        key={room}
        className="room-name"
        value={room}
        title={header.otherRoom}
        label={header.room}
        maxLength={60}
        submit={enter}
      >
        <span class="hash">#</span>
        <span>{room}</span>
      </InlineEdit>
    </h1>
  )
}

function Name({ controller }: { controller: RoomController }) {
  const { header } = texts.value
  const member = controller.identity.member.value
  if (!member) return null
  const rename = async (name: string) => {
    const suggestion = /\s/u.test(name) && (await loadSuggestions())?.memberNameLike(name, LIMITS.nameLength)
    if (suggestion) return header.noSpaces(suggestion)
    const problem = await controller.rename(name)
    return problem && problemText(problem)
  }
  return (
    <InlineEdit
      className="name"
      value={member.name}
      title={header.rename}
      label={header.newName}
      maxLength={60}
      submit={rename}
    >
      <Avatar of={member.id} />
      <bdi>{member.name}</bdi>
      <svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor">
        <path d="M3 13l.6-2.8 7-7 2.2 2.2-7 7z" stroke-width="1.3" stroke-linejoin="round" />
      </svg>
    </InlineEdit>
  )
}

/** Each language under its own name, for users who do not read the other. */
const LANGUAGES: Record<Language, string> = { en: 'EN', 'zh-CN': '中文' }

function Languages() {
  return (
    <div class="lang" role="group" aria-label={texts.value.header.language}>
      {(Object.keys(LANGUAGES) as Language[]).map((name) => (
        <button
          key={name}
          type="button"
          lang={name}
          aria-pressed={language.value === name}
          onClick={() => void setLanguage(name)}
        >
          {LANGUAGES[name]}
        </button>
      ))}
    </div>
  )
}

/** Wire and latency only, in large type. */
function LectureButton() {
  const { lecture, lectureTitle } = texts.value.header
  return (
    <button
      type="button"
      class="icon"
      aria-label={lecture}
      title={lectureTitle}
      aria-pressed={isLecture.value}
      onClick={() => (isLecture.value = !isLecture.value)}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.4">
        <path
          d="M1 2.5h14M2.5 2.5v8h11v-8M8 10.5v1.5M5 14.5l3-2.5 3 2.5"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>
    </button>
  )
}

/** A half disc, a sun, a moon. */
const THEME_ICONS: Record<Theme, string> = {
  system: 'M8 2.5a5.5 5.5 0 010 11z',
  light:
    'M8 .8v1.7M8 13.5v1.7M.8 8h1.7M13.5 8h1.7M2.9 2.9l1.2 1.2M11.9 11.9l1.2 1.2M13.1 2.9l-1.2 1.2M4.1 11.9l-1.2 1.2',
  dark: '',
}

function ThemeButton() {
  const name = texts.value.header.theme[theme.value]
  return (
    <button type="button" class="icon" aria-label={name} title={name} onClick={nextTheme}>
      <svg viewBox="0 0 16 16" aria-hidden="true" stroke="currentColor" stroke-width="1.4" stroke-linecap="round">
        {theme.value === 'dark' ? (
          <path d="M13.2 9.8A5.6 5.6 0 016.2 2.8a5.6 5.6 0 107 7z" fill="currentColor" stroke-linejoin="round" />
        ) : (
          <>
            <circle cx="8" cy="8" r={theme.value === 'light' ? 3 : 5.5} fill="none" />
            <path
              d={THEME_ICONS[theme.value]}
              fill={theme.value === 'system' ? 'currentColor' : 'none'}
              stroke-width={theme.value === 'system' ? 0 : 1.4}
            />
          </>
        )}
      </svg>
    </button>
  )
}
