#include "tokenizer.h"

#include <stdlib.h>
#include <string.h>

/* The folded form of the ASCII letters and digits, 0 for all else. */
static const unsigned char ascii_folded[128] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6',
    ['7'] = '7', ['8'] = '8', ['9'] = '9',
    ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g',
    ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n',
    ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u',
    ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
    ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g',
    ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n',
    ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u',
    ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z',
};

docket_tokenizer *docket_tokenizer_new(void) {
    docket_tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
    if (tokenizer) docket_tokenizer_start(tokenizer, NULL, 0, 0);
    return tokenizer;
}

void docket_tokenizer_free(docket_tokenizer *tokenizer) {
    if (!tokenizer) return;
    docket_stems_free(tokenizer);
    free(tokenizer);
}

void docket_tokenizer_start(
    docket_tokenizer *tokenizer, const unsigned char *text, size_t length, size_t language) {
    tokenizer->text = text;
    tokenizer->length = length;
    tokenizer->place = 0;
    tokenizer->folded_length = 0;
    tokenizer->language = docket_language_at(language);
    tokenizer->language_place = language;
    if (!tokenizer->language) {
        tokenizer->language = docket_language_at(0);
        tokenizer->language_place = 0;
    }
    tokenizer->run.end = SIZE_MAX;
}

/* The class of what stands at `place`, and its length in bytes, at least 1. */
static docket_letter_class look(
    const docket_tokenizer *tokenizer, size_t place, int32_t *code_point, size_t *length) {
    unsigned char byte = tokenizer->text[place];
    *length = 1;
    *code_point = byte;
    if (byte < 0x80) {
        if (ascii_folded[byte]) return DOCKET_LETTER;
        return byte == '\'' ? DOCKET_APOSTROPHE : DOCKET_SEPARATOR;
    }
    size_t taken = docket_decode(tokenizer->text + place, tokenizer->length - place, code_point);
    if (!taken) return DOCKET_SEPARATOR;
    *length = taken;
    return docket_classify(*code_point);
}

static void append(docket_tokenizer *tokenizer, int32_t code_point) {
    if (tokenizer->is_cut) return;
    size_t *used = &tokenizer->folded_length;
    if (code_point < 0x80) {
        if (*used < DOCKET_WORD_BYTES) {
            tokenizer->folded[(*used)++] = ascii_folded[code_point];
        } else {
            tokenizer->is_cut = true;
        }
        return;
    }
    tokenizer->was_ascii = false;
    size_t before = *used;
    if (!docket_fold(code_point, tokenizer->folded, used, DOCKET_WORD_BYTES)) {
        tokenizer->is_cut = true;
    }
    for (size_t i = before < *used ? before : 0; i < *used; i++) {
        if (tokenizer->folded[i] >= 0x80) tokenizer->is_ascii = false;
    }
}

/* Whether a letter that goes on with the word stands right after the apostrophe. */
static bool joins(const docket_tokenizer *tokenizer, size_t after) {
    int32_t code_point;
    size_t length;
    return after < tokenizer->length &&
           look(tokenizer, after, &code_point, &length) == DOCKET_LETTER;
}

/* Takes ASCII letters and digits, of which most words consist. */
static void take_ascii(docket_tokenizer *tokenizer) {
    while (tokenizer->place < tokenizer->length) {
        unsigned char byte = tokenizer->text[tokenizer->place];
        if (byte >= 0x80 || !ascii_folded[byte]) return;
        append(tokenizer, byte);
        tokenizer->place++;
    }
}

/* Whether what is before the apostrophe is an article without its vowel. */
static bool is_elided(const docket_tokenizer *tokenizer) {
    char word[16] = " ";
    size_t length = tokenizer->folded_length;
    if (!tokenizer->language->elided || length > sizeof word - 3) return false;
    memcpy(word + 1, tokenizer->folded, length);
    word[length + 1] = ' ';
    return strstr(tokenizer->language->elided, word) != NULL;
}

static void begin_word(docket_tokenizer *tokenizer, size_t start) {
    tokenizer->start = start;
    tokenizer->folded_length = 0;
    tokenizer->is_cut = false;
    tokenizer->is_ascii = true;
    tokenizer->was_ascii = true;
    tokenizer->before_apostrophe = 0;
}

static void take_rest(docket_tokenizer *tokenizer, bool is_sole) {
    while (tokenizer->place < tokenizer->length) {
        if (!is_sole) take_ascii(tokenizer);
        if (tokenizer->place == tokenizer->length) return;
        int32_t code_point;
        size_t length;
        docket_letter_class class = look(tokenizer, tokenizer->place, &code_point, &length);
        if (class == DOCKET_APOSTROPHE && !is_sole && joins(tokenizer, tokenizer->place + length)) {
            if (is_elided(tokenizer)) {
                begin_word(tokenizer, tokenizer->place + length);
            } else {
                tokenizer->before_apostrophe = tokenizer->folded_length;
            }
        } else if (class == DOCKET_MARK || (class == DOCKET_LETTER && !is_sole)) {
            append(tokenizer, code_point);
        } else {
            return;
        }
        tokenizer->place += length;
    }
}

static void drop_possessive(docket_tokenizer *tokenizer) {
    size_t kept = tokenizer->before_apostrophe;
    if (kept && !tokenizer->is_cut && tokenizer->folded_length == kept + 1 &&
        tokenizer->folded[kept] == 's') {
        tokenizer->folded_length = kept;
    }
}

/* Takes the word as the next letter of a run, and looks whether that goes on. */
static docket_word_kind add_letter(docket_tokenizer *tokenizer, int32_t code_point) {
    letter_run *run = &tokenizer->run;
    docket_word_kind kind = letter_run_add(
        run, docket_script_of(code_point), tokenizer->start, tokenizer->place, tokenizer->folded,
        tokenizer->folded_length);
    run->has_ended = true;
    if (tokenizer->place == tokenizer->length) return kind;
    int32_t next;
    size_t length;
    if (look(tokenizer, tokenizer->place, &next, &length) == DOCKET_SOLE_LETTER) {
        run->has_ended = !letter_run_goes_on(run, docket_script_of(next));
    }
    return kind;
}

bool docket_tokenizer_next(docket_tokenizer *tokenizer, docket_word *word) {
    while (tokenizer->place < tokenizer->length) {
        size_t start = tokenizer->place;
        int32_t code_point;
        size_t length;
        docket_letter_class class = look(tokenizer, start, &code_point, &length);
        tokenizer->place += length;
        if (class != DOCKET_LETTER && class != DOCKET_SOLE_LETTER) continue;
        begin_word(tokenizer, start);
        append(tokenizer, code_point);
        take_rest(tokenizer, class == DOCKET_SOLE_LETTER);
        drop_possessive(tokenizer);
        /* A letter may fold to nothing, as the Hangul fillers do. */
        if (!tokenizer->folded_length) continue;
        word->start = tokenizer->start;
        word->end = tokenizer->place;
        word->folded = tokenizer->folded;
        word->folded_length = tokenizer->folded_length;
        word->is_stemmed_folded =
            tokenizer->was_ascii ||
            !docket_language_at(docket_stemming_language(tokenizer))->has_accents;
        word->kind = class == DOCKET_SOLE_LETTER ? add_letter(tokenizer, code_point)
                                                 : DOCKET_PLAIN_WORD;
        return true;
    }
    return false;
}

const unsigned char *docket_tokenizer_gram(
    docket_tokenizer *tokenizer, unsigned number, size_t *length) {
    return letter_run_gram(&tokenizer->run, number, length);
}
