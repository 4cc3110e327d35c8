#include "grams.h"

#include <string.h>

/* Letters of a run that is a gram: longer ones are sentences. */
enum { RUN_LETTERS_MAXIMUM = 8 };

/* Particles and postpositions of Korean, the longer ones before those that they end with. */
static const char *const particles[] = {
    "에게서", "께서", "에서", "에게", "한테", "까지", "부터", "처럼", "보다", "으로", "이나",
    "라고",   "마다", "조차", "은",   "는",   "이",   "가",   "을",   "를",   "에",   "의",
    "로",     "와",   "과",   "도",   "만",
};

bool letter_run_goes_on(const letter_run *run, docket_script script) {
    if (script == run->script) return true;
    return script == DOCKET_ANY_KANA &&
           (run->script == DOCKET_HIRAGANA || run->script == DOCKET_KATAKANA);
}

docket_word_kind letter_run_add(
    letter_run *run, docket_script script, size_t start, size_t end, const unsigned char *folded,
    size_t length) {
    bool is_joined = run->end == start;
    if (is_joined) memmove(run->pair, run->pair + run->before_length, run->last_length);
    run->before_length = is_joined ? run->last_length : 0;
    run->last_length = length;
    memcpy(run->pair + run->before_length, folded, length);
    bool goes_on = is_joined && letter_run_goes_on(run, script);
    if (!goes_on) {
        run->script = script;
        run->letters = 0;
        run->is_long = false;
        run->run[0] = DOCKET_RUN_MARK;
        run->run_length = 1;
    }
    run->end = end;
    run->letters++;
    run->is_long = run->is_long || run->letters > RUN_LETTERS_MAXIMUM ||
                   length > sizeof run->run - run->run_length;
    if (!run->is_long) {
        memcpy(run->run + run->run_length, folded, length);
        run->run_length += length;
    }
    if (goes_on) return DOCKET_NEXT_LETTER;
    return is_joined ? DOCKET_JOINED_LETTER : DOCKET_FIRST_LETTER;
}

/* The length of the run without the particle at its end; 0 where it has none. */
static size_t length_without_particle(const letter_run *run) {
    if (run->script != DOCKET_HANGUL) return 0;
    for (size_t i = 0; i < sizeof particles / sizeof *particles; i++) {
        size_t length = strlen(particles[i]);
        if (run->run_length > 1 + length &&
            memcmp(run->run + run->run_length - length, particles[i], length) == 0) {
            return run->run_length - length;
        }
    }
    return 0;
}

/* One letter is a word of its own in Chinese characters and Hangul. */
static bool is_gram(const letter_run *run) {
    if (!run->has_ended || run->is_long) return false;
    return run->letters > 1 || run->script == DOCKET_HAN || run->script == DOCKET_HANGUL;
}

const unsigned char *letter_run_gram(const letter_run *run, unsigned number, size_t *length) {
    *length = run->before_length + run->last_length;
    if (run->before_length > 0 && *length <= DOCKET_WORD_BYTES && number-- == 0) return run->pair;
    if (!is_gram(run)) return NULL;
    *length = run->run_length;
    if (number-- == 0) return run->run;
    *length = length_without_particle(run);
    return *length > 0 && number == 0 ? run->run : NULL;
}
