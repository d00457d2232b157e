import java.util.Scanner;

/** Reads {@code OWNER AMOUNT} lines and prints the balance of each owner. */
public class Statement {
    public static void main(String[] arguments) {
        Bank bank = new SimpleBank();
        Scanner input = new Scanner(System.in, "UTF-8");
        while (input.hasNextLine()) {
            String line = input.nextLine();
            int space = line.lastIndexOf(' ');
            try {
                String owner = line.substring(0, space);
                long won = Long.parseLong(line.substring(space + 1));
                Account account = bank.accounts().stream().filter(one -> one.owner().equals(owner)).findFirst().orElseGet(() -> bank.open(owner));
                if (won < 0) account.withdraw(-won);
                else account.deposit(won);
            } catch (RuntimeException wrong) {
                System.err.println("cannot do: " + line);
            }
        }
        for (Account account : bank.accounts()) System.out.println(account.owner() + ": " + account.balance());
    }
}
