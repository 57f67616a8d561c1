/* views.c: keys(), values(), items(): live views, the first and last like sets.
 *
 * A view holds the map and nothing else.  Set operations make sets of what the
 * view shows and leave the rest to them, as the results are sets anyway.
 */
#include "map_type.h"

PyObject *
view_new(MapObject *map, Show show)
{
    PyTypeObject *type = state_of(map)->view_types[show];
    ViewObject *self = (ViewObject *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->map = (MapObject *)Py_NewRef((PyObject *)map);
        self->show = show;
    }
    return (PyObject *)self;
}

static void
view_tp_dealloc(ViewObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->map);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
view_tp_traverse(ViewObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->map);
    return 0;
}

static Py_ssize_t
view_sq_length(ViewObject *self)
{
    return PyObject_Size((PyObject *)self->map);
}

static PyObject *
view_tp_iter(ViewObject *self)
{
    return (PyObject *)iter_new_locked(self->map, self->show, false);
}

/* What the view shows, as a list made without touching the map's flags; new. */
static PyObject *
view_list(ViewObject *self)
{
    IterObject *iter = iter_new_locked(self->map, self->show, true);
    PyObject *list = iter != NULL ? PySequence_List((PyObject *)iter) : NULL;
    Py_XDECREF(iter);
    return list;
}

static PyObject *
view_set(ViewObject *self)
{
    PyObject *list = view_list(self);
    PyObject *set = list != NULL ? PySet_New(list) : NULL;
    Py_XDECREF(list);
    return set;
}

static PyObject *
view_tp_repr(ViewObject *self)
{
    const char *name = strrchr(Py_TYPE(self)->tp_name, '.') + 1;
    int entered = Py_ReprEnter((PyObject *)self);
    if (entered != 0) {
        return entered > 0 ? PyUnicode_FromString("...") : NULL;
    }
    PyObject *list = view_list(self);
    PyObject *text = list != NULL ? PyUnicode_FromFormat("%s(%R)", name, list) : NULL;
    Py_XDECREF(list);
    Py_ReprLeave((PyObject *)self);
    return text;
}

/* ---- membership ------------------------------------------------------------------- */

static int
keys_sq_contains(ViewObject *self, PyObject *key)
{
    return map_contains_locked(self->map, key);
}

static int
values_sq_contains(ViewObject *self, PyObject *value)
{
    IterObject *iter = iter_new_locked(self->map, SHOW_VALUES, true);
    int found = -1;
    if (iter != NULL) {
        found = PySequence_Contains((PyObject *)iter, value);
        Py_DECREF(iter);
    }
    return found;
}

static int
items_sq_contains(ViewObject *self, PyObject *item)
{
    if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) != 2) {
        return 0;
    }
    PyObject *elem = map_find_elem_locked(self->map, PyTuple_GET_ITEM(item, 0));
    if (elem == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    int equal = PyObject_RichCompareBool(elem, PyTuple_GET_ITEM(item, 1), Py_EQ);
    Py_DECREF(elem);
    return equal;
}

/* ---- set operations ------------------------------------------------------------------ */

static bool
is_set_view(PyObject *object)
{
    return Py_TYPE(object)->tp_iter == (getiterfunc)view_tp_iter &&
           ((ViewObject *)object)->show != SHOW_VALUES;
}

/* A set of any iterable; of a view, without touching flags; new. */
static PyObject *
set_of(PyObject *object)
{
    return is_set_view(object) ? view_set((ViewObject *)object) : PySet_New(object);
}

static PyObject *
combine(PyObject *left, PyObject *right, PyObject *(*operation)(PyObject *, PyObject *))
{
    PyObject *a = set_of(left), *b = a != NULL ? set_of(right) : NULL;
    PyObject *result = b != NULL ? operation(a, b) : NULL;
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static PyObject *
view_nb_and(PyObject *left, PyObject *right)
{
    return combine(left, right, PyNumber_And);
}

static PyObject *
view_nb_or(PyObject *left, PyObject *right)
{
    return combine(left, right, PyNumber_Or);
}

static PyObject *
view_nb_xor(PyObject *left, PyObject *right)
{
    return combine(left, right, PyNumber_Xor);
}

static PyObject *
view_nb_subtract(PyObject *left, PyObject *right)
{
    return combine(left, right, PyNumber_Subtract);
}

static PyObject *
view_isdisjoint(ViewObject *self, PyObject *other)
{
    PyObject *set = view_set(self);
    PyObject *result = set != NULL ? PyObject_CallMethod(set, "isdisjoint", "O", other) : NULL;
    Py_XDECREF(set);
    return result;
}

/* Is everything that the iterable shows in the container? 1, 0, -1. */
static int
all_in(PyObject *iterable, PyObject *container)
{
    PyObject *iterator = PyObject_GetIter(iterable), *item;
    int in = iterator != NULL ? 1 : -1;
    while (in > 0 && (item = PyIter_Next(iterator)) != NULL) {
        in = PySequence_Contains(container, item);
        Py_DECREF(item);
    }
    Py_XDECREF(iterator);
    return in > 0 && PyErr_Occurred() ? -1 : in;
}

/* What the other side's members are looked for in, as they are: of a view whose keys
 * are of another type a set or a dict's items, since the map would convert them.  New. */
static PyObject *
container_of(PyObject *object, PyObject *other)
{
    ViewObject *view = (ViewObject *)object, *asks = (ViewObject *)other;
    if (!is_set_view(object) ||
        (is_set_view(other) && view->show == asks->show && map_keys_alike(view->map, asks->map))) {
        return Py_NewRef(object);
    }
    if (view->show == SHOW_KEYS) {
        return view_set(view);
    }
    PyObject *dict = map_to_dict(view->map, NULL);
    PyObject *items = dict != NULL ? PyObject_CallMethod(dict, "items", NULL) : NULL;
    Py_XDECREF(dict);
    return items;
}

/* Is everything that `one` shows in the other?  Elements need not be hashable. */
static int
is_subset(PyObject *one, PyObject *other)
{
    PyObject *in = container_of(other, one), *list = NULL;
    if (in != NULL) {
        list = is_set_view(one) ? view_list((ViewObject *)one) : Py_NewRef(one);
    }
    int answer = list != NULL ? all_in(list, in) : -1;
    Py_XDECREF(list);
    Py_XDECREF(in);
    return answer;
}

/* Of as many members: to an interface map True and 1 are two, to others one. */
static int
is_same_set(ViewObject *self, PyObject *other)
{
    int same = is_subset((PyObject *)self, other);
    bool may_repeat = self->map->spec->key.code == TYPE_INTERFACE;
    return same > 0 && may_repeat ? is_subset(other, (PyObject *)self) : same;
}

static bool
is_set_like(PyObject *object)
{
    return PyAnySet_Check(object) || PyDictKeys_Check(object) || PyDictItems_Check(object) ||
           is_set_view(object);
}

static PyObject *
view_tp_richcompare(ViewObject *view, PyObject *other, int op)
{
    if (!is_set_like(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *self = (PyObject *)view;
    Py_ssize_t n = view_sq_length(view), m = PyObject_Size(other);
    if (n < 0 || m < 0) {
        return NULL;
    }
    int answer = 0;
    switch (op) {
    case Py_EQ:
    case Py_NE:
        answer = n == m ? is_same_set(view, other) : 0;
        answer = answer >= 0 && op == Py_NE ? !answer : answer;
        break;
    case Py_LT:
    case Py_LE:
        answer = n < m || (op == Py_LE && n == m) ? is_subset(self, other) : 0;
        break;
    case Py_GT:
    case Py_GE:
        answer = n > m || (op == Py_GE && n == m) ? is_subset(other, self) : 0;
        break;
    }
    return answer < 0 ? NULL : PyBool_FromLong(answer);
}

/* ---- the types -------------------------------------------------------------------------- */

static PyObject *
view_get_mapping(ViewObject *self, void *closure)
{
    (void)closure;
    return PyDictProxy_New((PyObject *)self->map);
}

static PyGetSetDef view_getset[] = {
    {"mapping", (getter)view_get_mapping, NULL, "The map this view shows, read-only.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef view_methods[] = {
    {"isdisjoint", (PyCFunction)view_isdisjoint, METH_O,
     "isdisjoint($self, other, /)\n--\n\nTrue if the view shows nothing that `other` has.\n\n"
     ">>> from gomap import Map\n>>> Map[str, int]({'a': 1}).keys().isdisjoint({'b'})\nTrue\n"},
    {NULL, NULL, 0, NULL},
};

#define VIEW_SLOTS(doc)                                                 \
    {Py_tp_doc, (void *)(doc)}, {Py_tp_dealloc, view_tp_dealloc},       \
        {Py_tp_traverse, view_tp_traverse}, {Py_tp_iter, view_tp_iter}, \
        {Py_tp_repr, view_tp_repr}, {Py_tp_getset, view_getset},        \
    {                                                                   \
        Py_sq_length, view_sq_length                                    \
    }

#define SET_SLOTS                                                            \
    {Py_tp_methods, view_methods}, {Py_tp_richcompare, view_tp_richcompare}, \
        {Py_tp_hash, PyObject_HashNotImplemented}, {Py_nb_and, view_nb_and}, \
        {Py_nb_or, view_nb_or}, {Py_nb_xor, view_nb_xor},                    \
    {                                                                        \
        Py_nb_subtract, view_nb_subtract                                     \
    }

static PyType_Slot keys_slots[] = {
    VIEW_SLOTS("The keys of a Map, live, with set operations."),
    SET_SLOTS,
    {Py_sq_contains, keys_sq_contains},
    {0, NULL},
};

static PyType_Slot values_slots[] = {
    VIEW_SLOTS("The elements of a Map, live."),
    {Py_sq_contains, values_sq_contains},
    {0, NULL},
};

static PyType_Slot items_slots[] = {
    VIEW_SLOTS("The (key, element) pairs of a Map, live, with set operations."),
    SET_SLOTS,
    {Py_sq_contains, items_sq_contains},
    {0, NULL},
};

#define VIEW_FLAGS                                                        \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE | \
     Py_TPFLAGS_DISALLOW_INSTANTIATION)

PyType_Spec keys_view_spec = {
    .name = "gomap._gomap.MapKeys",
    .basicsize = sizeof(ViewObject),
    .flags = VIEW_FLAGS,
    .slots = keys_slots,
};

PyType_Spec values_view_spec = {
    .name = "gomap._gomap.MapValues",
    .basicsize = sizeof(ViewObject),
    .flags = VIEW_FLAGS,
    .slots = values_slots,
};

PyType_Spec items_view_spec = {
    .name = "gomap._gomap.MapItems",
    .basicsize = sizeof(ViewObject),
    .flags = VIEW_FLAGS,
    .slots = items_slots,
};
