// Counts at each beginning how many meetings are on: right, and quadratic.

#include <iostream>
#include <utility>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    int count;
    std::cin >> count;
    std::vector<std::pair<int, int>> meetings(count);
    for (auto &[begin, end] : meetings) std::cin >> begin >> end;
    int most = 0, since = 0;
    for (const auto &here : meetings) {
        int used = 0;
        for (const auto &[begin, end] : meetings) used += begin <= here.first && here.first < end;
        if (used > most || (used == most && here.first < since)) most = used, since = here.first;
    }
    std::cout << most << ' ' << since << '\n';
}
