import { LineChart } from 'echarts/charts'
import { GraphicComponent, GridComponent } from 'echarts/components'
import { init, use, type EChartsCoreOption } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { escapeHtml } from './escape.ts'

use([LineChart, GridComponent, GraphicComponent, SVGRenderer])

export interface Picture {
  option: EChartsCoreOption
  width: number
  height: number
  /** What it shows, for who does not see it. */
  label: string
}

/**
 * An SVG without script, style or font of its own: colours are the page's CSS variables, so that one picture serves light,
 * dark and paper. `id` is unique on the page.
 */
export function renderSvg({ option, width, height, label }: Picture, id: string): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ animation: false, backgroundColor: 'transparent', ...option })
    return slim(chart.renderToSVGString(), id, label)
  } finally {
    chart.dispose()
  }
}

/** ECharts numbers its parts over the whole process and styles their hover: neither belongs on paper. */
function slim(svg: string, id: string, label: string): string {
  return svg
    .replace(/<style ?>.*?<\/style>/s, '')
    .replace(/<rect [^>]*fill="(?:none|transparent)"[^>]*><\/rect>/, '')
    .replace(/ (?:class|xmlns|pointer-events|ecmeta_\w+|xmlns:xlink|version|baseProfile)="[^"]*"/g, '')
    .replace(/ style="([^"]*)"/g, (_, style: string) => withoutFont(style))
    .replace(/zr\d+-/g, `${id}-`)
    .replace(/ (?:d|transform|x|y)="[^"]*"/g, (attribute) => attribute.replace(/(\d\.\d)\d+/g, '$1'))
    .replace(/\n+/g, '')
    .replace(
      /^<svg[^>]*?(viewBox|width)/,
      `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" $1`,
    )
}

function withoutFont(style: string): string {
  const kept = style
    .split(';')
    .filter((rule) => rule !== '' && !rule.startsWith('font-family'))
    .join(';')
  return kept === '' ? '' : ` style="${kept}"`
}
