// What a person holds, and which booking the keyboard is on.

export class Hand {
  /** @type {string | undefined} */
  #lifted;
  /** @type {string | undefined} */
  #focused;
  #isOnKeys = false;
  #landed = 0;

  /** The booking that is being moved. */
  get lifted() {
    return this.#lifted;
  }

  /** The booking that the keyboard is on. */
  get focused() {
    return this.#focused;
  }

  /** Whether a click means what is clicked: not while a booking is moved by keys, nor as the end of a drag. */
  get isFree() {
    return !this.#isOnKeys && performance.now() - this.#landed > 80;
  }

  /** @param {string | undefined} id */
  focus(id) {
    this.#focused = id;
  }

  /** @param {string} id */
  lift(id) {
    this.#lifted = id;
  }

  /** @param {string} id */
  liftByKeys(id) {
    this.#lifted = id;
    this.#isOnKeys = true;
  }

  /** What was moved by keys is put down, and its answer awaited. */
  putDown() {
    this.#lifted = undefined;
  }

  /** Nothing is moved by keys any more. */
  leaveKeys() {
    this.#lifted = undefined;
    this.#isOnKeys = false;
  }

  /** A drag has ended. */
  land() {
    const id = this.#lifted;
    this.#lifted = undefined;
    this.#landed = performance.now();
    return id;
  }
}
