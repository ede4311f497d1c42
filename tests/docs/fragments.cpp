// The fragments are only compiled.
int main() {}
