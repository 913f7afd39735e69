// Types of parts and of ports: of the stage for its parts, of a page for the stage. Nothing here runs.

/** @import { SentRequest, StageRequest, Theme, View } from "../data/scene_types.js" */
/** @import { SharedCursor } from "./cursor.js" */
/** @import { Overlay } from "./overlay.js" */
/** @import { Store } from "./store.js" */
/** @import { Goal, StoreEvent, StoreListener } from "./store_types.js" */

/**
 * A part of a stage: one drawing or one control. It gets everything through its ports and shows the state of `update`.
 * Its own file declares which ports it uses, as a `Pick` of `Ports`.
 * @typedef {object} Part
 * @property {string} slot  where it is put: "top", "bar", "strip", "main", "side", "foot", "end"; "" for no
 *   elements
 * @property {(host: HTMLElement, ports: any) => void} mount
 * @property {(state: any) => void} update  at most once a frame
 * @property {() => void} destroy
 */

/**
 * Appearance of the page around a stage: theme, type size and contrast.
 * @typedef {object} AppearancePort
 * @property {Record<"look" | "type" | "contrast", string>} settings  the settings, such as "auto"
 * @property {{type: string, contrast: string}} current  what applies now
 * @property {(aspect: "look" | "type" | "contrast", value: string) => void} set
 * @property {(aspect: "look" | "type" | "contrast") => void} turn  take the next value
 */

/**
 * Ports of a page for a stage. All of them are optional.
 * @typedef {object} PagePorts
 * @property {(request: SentRequest) => void} [ask]  takes a request; its response comes to `respond`
 * @property {readonly StageRequest["kind"][]} [kinds]  kinds of requests that `ask` answers; all if left out
 * @property {() => Theme} [theme]
 * @property {AppearancePort} [look]  lets visitors choose how the page looks
 * @property {() => number} [above]  px of the page over the stage, while nothing is scrolled
 * @property {() => Promise<boolean>} [copy]  copies the page's address; resolves to whether it could
 * @property {() => Partial<View> | undefined} [earlierView]  the view of an earlier visit
 * @property {(store: Store) => void} [onView]  called when the view has changed
 * @property {(view: View) => void} [onPaint]  called when the stage was painted
 * @property {(name: string, value: string) => void} [choose]  called when a menu over the stage was used
 * @property {SharedCursor} [cursor]  shared with other stages
 * @property {() => void} [onDraw]  called when the panels were redrawn
 * @property {(store: Store) => Overlay} [overlay]  shown in place of the free run
 * @property {string} [styles]  address of the style sheet; "" if the page has it already
 */

/** @typedef {(event: KeyboardEvent) => boolean} KeyHandler  returns whether it handled the key */
/** @typedef {(path: EventTarget[]) => boolean} Dismisser  closes what is open, unless the path leads through it; returns whether it closed anything */

/**
 * Ports of the stage for its parts.
 * @typedef {object} Ports
 * @property {Store} state  the state that `update` gets
 * @property {PagePorts} page
 * @property {number | undefined} height  px of the panels; without it they fill the screen
 * @property {HTMLElement} root
 * @property {(name: string) => HTMLElement | null} slot  the element of a slot, or one that another part made (data-slot)
 * @property {(event: StoreEvent, listener: StoreListener) => void} on  subscribe; ends with the stage
 * @property {(name: string, act: () => void) => void} command  give a command a name, for buttons (data-do) and keys
 * @property {(name: string) => void} run  run a command
 * @property {(handler: KeyHandler, first?: boolean) => void} onKey  first: before the handlers so far
 * @property {(event: KeyboardEvent) => boolean} key  handle a key as if it was pressed on the stage
 * @property {(dismisser: Dismisser) => void} onDismiss  called for a press elsewhere, and for Escape
 * @property {(path?: EventTarget[]) => boolean} dismiss
 * @property {(goal: Goal) => void} goTo  go to a cell and remember the current one
 * @property {() => void} back  to the cell before the last `goTo`
 * @property {() => boolean} canGoBack
 * @property {() => void} paint  update all parts at the next frame
 * @property {() => void} paintNow  update all parts now
 * @property {(more: Partial<Ports>) => void} provide  offer more to the parts that are mounted later
 */

export {};
