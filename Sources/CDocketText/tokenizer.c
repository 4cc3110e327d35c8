#include "docket_text.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

#include "letters.h"

/* Words repeat, and finding a stem again takes a tenth of the time of making it. Of 128 KiB only
 * what is used becomes memory. */
enum { REMEMBERED_STEMS = 2048, REMEMBERED_BYTES = 30 };

typedef struct {
    /* 0 where nothing is remembered. */
    unsigned char word_length;
    unsigned char stem_length;
    unsigned char word[REMEMBERED_BYTES];
    unsigned char stem[REMEMBERED_BYTES + 2];
} remembered_stem;

struct docket_tokenizer {
    const unsigned char *text;
    size_t length;
    size_t place;
    struct sb_stemmer *stemmer;
    /* By a hash of the word; made when the first stem is asked for. */
    remembered_stem *remembered;
    size_t folded_length;
    /* The folded word is full: what follows is left out. */
    bool is_cut;
    bool is_ascii;
    /* Length of the folded word at the last apostrophe, 0 without one. */
    size_t before_apostrophe;
    unsigned char folded[DOCKET_WORD_BYTES];
};

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
    if (!tokenizer) return NULL;
    tokenizer->stemmer = sb_stemmer_new("english", "UTF_8");
    if (!tokenizer->stemmer) {
        free(tokenizer);
        return NULL;
    }
    return tokenizer;
}

void docket_tokenizer_free(docket_tokenizer *tokenizer) {
    if (!tokenizer) return;
    sb_stemmer_delete(tokenizer->stemmer);
    free(tokenizer->remembered);
    free(tokenizer);
}

void docket_tokenizer_start(docket_tokenizer *tokenizer, const unsigned char *text, size_t length) {
    tokenizer->text = text;
    tokenizer->length = length;
    tokenizer->place = 0;
    tokenizer->folded_length = 0;
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
    size_t before = *used;
    if (!docket_fold(code_point, tokenizer->folded, used, DOCKET_WORD_BYTES)) {
        tokenizer->is_cut = true;
    }
    for (size_t i = before; i < *used; i++) {
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

static void take_rest(docket_tokenizer *tokenizer, bool is_sole) {
    while (tokenizer->place < tokenizer->length) {
        if (!is_sole) take_ascii(tokenizer);
        if (tokenizer->place == tokenizer->length) return;
        int32_t code_point;
        size_t length;
        docket_letter_class class = look(tokenizer, tokenizer->place, &code_point, &length);
        if (class == DOCKET_APOSTROPHE && !is_sole && joins(tokenizer, tokenizer->place + length)) {
            tokenizer->before_apostrophe = tokenizer->folded_length;
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

bool docket_tokenizer_next(docket_tokenizer *tokenizer, docket_word *word) {
    while (tokenizer->place < tokenizer->length) {
        size_t start = tokenizer->place;
        int32_t code_point;
        size_t length;
        docket_letter_class class = look(tokenizer, start, &code_point, &length);
        tokenizer->place += length;
        if (class != DOCKET_LETTER && class != DOCKET_SOLE_LETTER) continue;
        tokenizer->folded_length = 0;
        tokenizer->is_cut = false;
        tokenizer->is_ascii = true;
        tokenizer->before_apostrophe = 0;
        append(tokenizer, code_point);
        take_rest(tokenizer, class == DOCKET_SOLE_LETTER);
        drop_possessive(tokenizer);
        /* A letter may fold to nothing, as the Hangul fillers do. */
        if (!tokenizer->folded_length) continue;
        word->start = start;
        word->end = tokenizer->place;
        word->folded = tokenizer->folded;
        word->folded_length = tokenizer->folded_length;
        return true;
    }
    return false;
}

static const unsigned char *make_stem(docket_tokenizer *tokenizer, size_t *length) {
    const unsigned char *word = tokenizer->folded;
    const unsigned char *stem =
        sb_stemmer_stem(tokenizer->stemmer, word, (int)tokenizer->folded_length);
    int stem_length = stem ? sb_stemmer_length(tokenizer->stemmer) : 0;
    *length = tokenizer->folded_length;
    if (stem_length < 1 || stem[0] != word[0]) return word;
    *length = (size_t)stem_length;
    return stem;
}

/* Where the stem of the word is remembered if it is; NULL for words too long to be, and when there
 * is no memory. */
static remembered_stem *place_of(docket_tokenizer *tokenizer) {
    if (tokenizer->folded_length > REMEMBERED_BYTES) return NULL;
    if (!tokenizer->remembered) {
        tokenizer->remembered = calloc(REMEMBERED_STEMS, sizeof *tokenizer->remembered);
        if (!tokenizer->remembered) return NULL;
    }
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < tokenizer->folded_length; i++) {
        hash = (hash ^ tokenizer->folded[i]) * 16777619u;
    }
    return &tokenizer->remembered[(hash ^ hash >> 16) % REMEMBERED_STEMS];
}

const unsigned char *docket_tokenizer_stem(docket_tokenizer *tokenizer, size_t *length) {
    *length = tokenizer->folded_length;
    /* The stemmer leaves words of one and two letters alone; other alphabets have no stems here. */
    if (!tokenizer->is_ascii || tokenizer->folded_length < 3) return tokenizer->folded;
    remembered_stem *place = place_of(tokenizer);
    if (place && place->word_length == tokenizer->folded_length &&
        memcmp(place->word, tokenizer->folded, place->word_length) == 0) {
        *length = place->stem_length;
        return place->stem;
    }
    const unsigned char *stem = make_stem(tokenizer, length);
    if (place && *length <= sizeof place->stem) {
        place->word_length = (unsigned char)tokenizer->folded_length;
        place->stem_length = (unsigned char)*length;
        memcpy(place->word, tokenizer->folded, tokenizer->folded_length);
        memcpy(place->stem, stem, *length);
    }
    return stem;
}
