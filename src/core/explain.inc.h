/* explain.inc.h: one lookup, slot by slot, the one text of it.
 *
 * Part of ops.inc.h, which includes it for every kind of key and says what the
 * GM_ macros are.  Goes the way of Go's mapaccess, one cell after the other; find
 * gets to the same cell with eight of them at once.
 */
#ifndef GM_EXPLAIN_ONCE
#define GM_EXPLAIN_ONCE

/* Notes the cache lines of `size` bytes; a line counts once.  Only the last ones need
 * be known: a line that two buckets share is met again in the next of the chain, as a
 * chain takes its overflow buckets in the order in which they lie. */
static inline void
gmi_touch(gm_trace *trace, const void *memory, size_t size)
{
    uintptr_t line = (uintptr_t)memory / GM_CACHE_LINE;
    uintptr_t last = ((uintptr_t)memory + size - 1) / GM_CACHE_LINE;
    for (; line <= last; line++) {
        size_t i = 0,
               known = trace->cache_lines < GM_TRACE_LINES ? trace->cache_lines : GM_TRACE_LINES;
        while (i < known && trace->lines[i] != line) {
            i++;
        }
        if (i == known) {
            trace->lines[trace->cache_lines++ % GM_TRACE_LINES] = line;
        }
    }
}

static inline void
gmi_note_step(gm_trace *trace, size_t position, unsigned cell, uint8_t top, gm_verdict verdict)
{
    trace->slots_examined++;
    trace->see(trace->context, &(gm_step){.position = position,
                                          .cell = (uint8_t)cell,
                                          .tophash = top,
                                          .verdict = verdict});
}

static inline gm_verdict
gmi_verdict_of(uint8_t top)
{
    return top == GM_EMPTY_REST  ? GM_SAW_REST
           : top == GM_EMPTY_ONE ? GM_SAW_EMPTY
                                 : GM_SAW_OTHER_TOPHASH;
}

#endif /* GM_EXPLAIN_ONCE */

/* The cells of one bucket; *ends when the lookup does. */
static gm_status
GM_FN(explain_bucket)(gm_map *m, char *b, size_t position, const GM_KEY *key, gm_trace *trace,
                      bool *ends, size_t es)
{
    gm_status trouble = GM_OK;
    gmi_touch(trace, b, GM_BUCKET_CELLS);
    for (unsigned i = 0; i < GM_BUCKET_CELLS && !*ends; i++) {
        uint8_t top = gmi_tophash(b)[i];
        gm_verdict verdict = gmi_verdict_of(top);
        if (top == trace->tophash) {
            GM_KEY *slot = GM_FN(key_at)(b, i);
            gmi_touch(trace, slot, sizeof *slot);
            trace->key_comparisons++;
            int equal = GM_FN(compare)(m, slot, key, &trouble, false);
            if (equal < 0) {
                return trouble;
            }
            verdict = equal ? GM_SAW_KEY : GM_SAW_OTHER_KEY;
            if (equal) {
                trace->cell.key = slot;
                trace->cell.elem = gmi_elem_at(b, i, sizeof(GM_KEY), es);
                gmi_touch(trace, trace->cell.elem, es);
            }
        }
        *ends = verdict == GM_SAW_KEY || verdict == GM_SAW_REST;
        gmi_note_step(trace, position, i, top, verdict);
    }
    return GM_OK;
}

static gm_status
GM_FN(explain_once)(gm_map *m, const GM_KEY *key, gm_trace *trace, size_t es)
{
    const size_t size = gmi_bucket_size(sizeof(GM_KEY), es);
    bool ends = false;
    trace->restart(trace->context);
    trace->cell = (gm_cell){NULL, NULL, false};
    trace->key_comparisons = trace->slots_examined = trace->cache_lines = 0;
    trace->hash = GM_FN(hash_of)(m, key);
    trace->tophash = gmi_top_of(trace->hash);
    trace->in_old = false;
    trace->bucket = (size_t)(trace->hash & gmi_mask(m->B));
    if (m->buckets == NULL || m->count == 0) {
        return GM_OK;
    }
    char *b = gmi_chain_of(m, trace->hash, size);
    if (gmi_is_growing(m) && b != gmi_bucket_at(m->buckets, trace->bucket, size)) {
        trace->in_old = true;
        trace->bucket = (size_t)(trace->hash & (gmi_old_count(m) - 1));
    }
    for (size_t position = 0; b != NULL && !ends; position++) {
        gm_status status = GM_FN(explain_bucket)(m, b, position, key, trace, &ends, es);
        if (status != GM_OK) {
            return status;
        }
        if (!ends) {
            gmi_touch(trace, gmi_overflow_at(b, size), sizeof(char *));
            b = gmi_overflow(b, size);
        }
    }
    return GM_OK;
}
