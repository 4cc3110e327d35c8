/// Some of the elements of a sequence, drawn while it passes: each is as likely as any other.
struct Reservoir<Element: Sendable>: Sendable {
    private let capacity: Int
    /// Elements that have passed.
    private(set) var seen = 0
    private(set) var elements: [Element] = []

    /// A sample of at most `capacity` elements.
    init(capacity: Int) { self.capacity = capacity }

    /// Takes the next element, or not.
    mutating func offer(_ element: Element, _ draw: inout SeededDraw) {
        seen += 1
        if elements.count < capacity { return elements.append(element) }
        let place = draw.number(below: seen)
        if place < capacity { elements[place] = element }
    }
}
