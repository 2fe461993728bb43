// What the scripts share, and what the types that come with TypeScript leave out of these pages. Nothing here runs.

/** A change that was told live: the collection, and the record of it. */
type Change = [collection: string, record: string];
/** What became of a change: drawn, or waiting until somebody has left what it would be drawn over. */
type Kept = "done" | "held";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
/** A form of texts only: as parameters of an address it is what the types of browsers do not let through. */
type TextData = FormData & Record<string, string>;

/** What htmx knows of one request. */
interface RequestOfHtmx {
  sourceElement?: Element;
  target?: Element | null;
  request: RequestInit;
}
type EventOfHtmx = CustomEvent<{ ctx: RequestOfHtmx }>;

/** An event that bubbles from an element of ours. Some come from the page itself, which has no `closest`: asked with `?.`. */
type From<E, T = HTMLElement> = E & { readonly target: T };

interface EventsFromElements {
  auxclick: From<PointerEvent>;
  change: From<Event, Field>;
  click: From<PointerEvent>;
  dblclick: From<MouseEvent>;
  dragend: From<DragEvent>;
  dragleave: From<DragEvent>;
  dragover: From<DragEvent>;
  dragstart: From<DragEvent>;
  drop: From<DragEvent>;
  focusin: From<FocusEvent>;
  focusout: From<FocusEvent>;
  input: From<InputEvent, Field>;
  keydown: From<KeyboardEvent>;
  mousedown: From<MouseEvent>;
  pointerdown: From<PointerEvent>;
  pointerover: From<PointerEvent>;
  submit: From<SubmitEvent, HTMLFormElement>;
}

interface DocumentEventMap {
  auxclick: EventsFromElements["auxclick"];
  change: EventsFromElements["change"];
  click: EventsFromElements["click"];
  dblclick: EventsFromElements["dblclick"];
  dragend: EventsFromElements["dragend"];
  dragleave: EventsFromElements["dragleave"];
  dragover: EventsFromElements["dragover"];
  dragstart: EventsFromElements["dragstart"];
  drop: EventsFromElements["drop"];
  focusin: EventsFromElements["focusin"];
  focusout: EventsFromElements["focusout"];
  input: EventsFromElements["input"];
  keydown: EventsFromElements["keydown"];
  mousedown: EventsFromElements["mousedown"];
  pointerdown: EventsFromElements["pointerdown"];
  pointerover: EventsFromElements["pointerover"];
  submit: EventsFromElements["submit"];
  "htmx:after:swap": EventOfHtmx;
  "htmx:before:request": EventOfHtmx;
  "htmx:before:response": EventOfHtmx;
  "htmx:before:swap": EventOfHtmx;
  "htmx:finally:request": EventOfHtmx;
  "live:changes": CustomEvent<{ changes: Change[] }>;
  "live:missed": CustomEvent;
}

interface HTMLElementEventMap {
  change: EventsFromElements["change"];
  click: EventsFromElements["click"];
  focusin: EventsFromElements["focusin"];
  focusout: From<FocusEvent> & { readonly relatedTarget: Node | null };
  keydown: EventsFromElements["keydown"];
  pointerdown: EventsFromElements["pointerdown"];
  pointerover: EventsFromElements["pointerover"];
  "checklist:live": CustomEvent<Document>;
}

interface WindowEventMap {
  click: EventsFromElements["click"];
  submit: EventsFromElements["submit"];
}

// What a selector finds on these pages is HTML; where it is a drawing, the place says so.
interface ParentNode {
  querySelector<K extends keyof HTMLElementTagNameMap>(selectors: K): HTMLElementTagNameMap[K] | null;
  querySelector<E extends Element = HTMLElement>(selectors: string): E | null;
  querySelectorAll<K extends keyof HTMLElementTagNameMap>(selectors: K): NodeListOf<HTMLElementTagNameMap[K]>;
  querySelectorAll<E extends Element = HTMLElement>(selectors: string): NodeListOf<E>;
}
interface Element {
  closest<K extends keyof HTMLElementTagNameMap>(selector: K): HTMLElementTagNameMap[K] | null;
  closest<E extends Element = HTMLElement>(selectors: string): E | null;
}

/** Fields that scripts reach by their names, in the forms that have them. */
interface HTMLFormControlsCollection {
  readonly _back: HTMLInputElement;
  readonly _base: HTMLInputElement;
  readonly _columns: HTMLInputElement;
  readonly _csrf: HTMLInputElement;
  readonly _key: HTMLInputElement;
  readonly code: HTMLInputElement;
  readonly note: HTMLInputElement;
  readonly view: HTMLSelectElement;
  readonly x: HTMLInputElement;
  readonly y: HTMLInputElement;
}

/** Of the browsers that know it, Chrome on Android and macOS; https://wicg.github.io/shape-detection-api/ */
declare class BarcodeDetector {
  constructor(options: { formats: string[] });
  static getSupportedFormats(): Promise<string[]>;
  detect(image: ImageBitmapSource): Promise<{ rawValue: string }[]>;
}

interface EventsOfSpeechRecognition {
  end: Event;
  error: SpeechRecognitionErrorEvent;
  result: SpeechRecognitionEvent;
  start: Event;
}
/** Of the browsers that know it, Chrome under a name of its own; https://webaudio.github.io/web-speech-api/ */
declare class SpeechRecognition extends EventTarget {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  start(): void;
  stop(): void;
  addEventListener<K extends keyof EventsOfSpeechRecognition>(
    type: K,
    listener: (event: EventsOfSpeechRecognition[K]) => void,
  ): void;
}
interface Window {
  readonly SpeechRecognition?: typeof SpeechRecognition;
  readonly webkitSpeechRecognition?: typeof SpeechRecognition;
}
