// Types of the store and its events. Nothing here runs.

/** @import { Message } from "../data/message.js" */
/** @import { Panel, Theme } from "../data/scene_types.js" */
/** @import { Ink } from "./ink.js" */
/** @import { Palette } from "./palette.js" */
/** @import { CursorState } from "./cursor.js" */
/** @import { PanelSurface } from "./surface_types.js" */

/**
 * Events of the store.
 *   leave     another trace is about to be shown
 *   scene     a scene was taken; detail: SceneChange
 *   layout    sizes or the set of panels changed
 *   picture   numbers, colours or the window changed: panels must be redrawn
 *   paint     a mark over the panels changed
 *   moved     the selected cell or the window changed: numbers may have to be requested
 *   played    playback has moved the cursor
 *   layer     another layer is selected
 *   order     another order of the units is needed
 *   explain   the selected number must be explained by the server
 *   announce  screen readers should read the selected cell; detail: a text to read instead
 *   hint      a short text is shown over the panels; detail: the text
 *   status    the sentence over the stage changed; detail: Status
 *   resize    the room for the panels may have changed
 *   window    another part of the sequence is visible
 *   unhover   nothing is under the pointer any more
 *   report    a field of the view changed
 *   ask       a request for the server; detail: StageRequest
 *   givenUp   a request gets no response; detail: {kind}
 *   response  a response has arrived; detail: Message
 *   responded every part has read the response
 *   stop      playback must stop
 * @typedef {"leave" | "scene" | "layout" | "picture" | "paint" | "moved" | "played" | "layer" | "order" | "explain" | "announce" | "hint" | "status" | "resize" | "window" | "unhover" | "report" | "stop" | "ask" | "givenUp" | "response" | "responded"} StoreEvent
 */

/** @typedef {{message: Message, isNewTrace: boolean, isNewView: boolean, isFirst: boolean}} SceneChange  isNewTrace: of another trace; isNewView: the view is the scene's; isFirst: the stage's first scene */
/** @typedef {{theme: Theme, type: string, contrast: string, scale: number, palettes: Record<Panel, Palette>, ink: Ink}} Look  scale: factor of the type size */
/** @typedef {{t: number, gate?: Panel, layer?: number, unit?: number | null, out?: number | null}} Goal  fields that are left out stay the same */
/** @typedef {{width: number, room: number}} Sheet  a printed page: the stage's width, and the height of its panels, px */
/** @typedef {(detail?: any) => void} StoreListener */
/** @typedef {{feed: (press: any, surface: PanelSurface) => boolean, takesClicks: () => boolean}} PressHandler  feed: returns whether it handled the press */

/**
 * A link to other stages, which share the cursor and the window.
 * @typedef {object} StageLink
 * @property {(back: boolean) => void} join  go where the other stages are; back: Python sets the place of all
 * @property {() => void} publish  publish this stage's place
 * @property {() => void} rememberWindow  the window has changed
 * @property {(a: number, b: number) => void} settle  move the window to whole steps
 * @property {(state: CursorState) => void} follow  go where another stage went
 * @property {{window?: [number, number] | null}} ownWindow  the window, if it was set on this stage
 */

export {};
